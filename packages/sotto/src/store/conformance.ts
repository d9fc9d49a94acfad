/** What every driver of the store must do. A driver's test runs these cases on a database of its own. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CommitStep, Store, Transaction } from './store.ts'

/** Opens an empty store that goes with the test. */
export type OpenEmptyStore = (t: TestContext) => Promise<Store>

const table = `
CREATE TABLE item (
  id TEXT PRIMARY KEY,
  number BIGINT,
  content BYTES
);
`

async function openWithTable(t: TestContext, open: OpenEmptyStore): Promise<Store> {
  const store = await open(t)
  await store.transaction((tx) => tx.define(table))
  return store
}

function insert(tx: Transaction, id: string, number = 0): Promise<number> {
  return tx.run('INSERT INTO item (id, number) VALUES ($1, $2)', [id, number])
}

/** The search under which these cases remember a row. */
const itemA = { table: 'item', condition: 'id = $1', params: ['a'] }

async function ids(store: Store): Promise<readonly unknown[]> {
  const rows = await store.transaction((tx) => tx.all('SELECT id FROM item ORDER BY id'))
  return rows.map((row) => row['id'])
}

/** What it must do, as a sentence, and the case that shows it. */
export const storeCases: Readonly<Record<string, (t: TestContext, open: OpenEmptyStore) => Promise<void>>> = {
  'gives values back as they were, of every type': async (t, open) => {
    const store = await openWithTable(t, open)
    assert.equal(await store.transaction((tx) => tx.isEmpty()), false)
    const bytes = new Uint8Array([0, 1, 255])
    await store.transaction(async (tx) => {
      assert.equal(
        await tx.run('INSERT INTO item (id, number, content) VALUES ($1, $2, $3)', ['\u{1f511}\n', 2 ** 53 - 1, bytes]),
        1,
      )
    })
    const row = await store.transaction((tx) => tx.get('SELECT id, number, content FROM item'))
    assert.deepEqual({ ...row }, { id: '\u{1f511}\n', number: 2 ** 53 - 1, content: bytes })
    assert.equal(await store.transaction((tx) => tx.get('SELECT id FROM item WHERE id = $1', ['no'])), undefined)
  },
  'numbers its parameters, in any order and more than once': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction((tx) => tx.run('INSERT INTO item (number, id) VALUES ($2, $1)', ['a', 7]))
    const row = await store.transaction((tx) =>
      tx.get('SELECT id FROM item WHERE number = $2 AND (id = $1 OR id = $1) AND number = $2', ['a', 7]),
    )
    assert.equal(row?.['id'], 'a')
  },
  'knows RETURNING and ON CONFLICT': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction(async (tx) => {
      await insert(tx, 'a', 1)
      const row = await tx.get('UPDATE item SET number = number + $1 WHERE id = $2 RETURNING number', [4, 'a'])
      assert.equal(row?.['number'], 5)
      await tx.run(
        'INSERT INTO item (id, number) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET number = excluded.number',
        ['a', 9],
      )
      assert.equal((await tx.get('SELECT number FROM item'))?.['number'], 9)
    })
  },
  'compares text as bytes': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction(async (tx) => {
      for (const id of ['a', 'B', '_', 'ab', 'A-', 'Ab', 'é']) await insert(tx, id)
    })
    assert.deepEqual(await ids(store), ['A-', 'Ab', 'B', '_', 'a', 'ab', 'é'])
  },
  'rolls back a work that fails, and only that one': async (t, open) => {
    const store = await openWithTable(t, open)
    const failing = store.transaction(async (tx) => {
      await insert(tx, 'b')
      throw new Error('on purpose')
    })
    const results = await Promise.allSettled([
      store.transaction((tx) => insert(tx, 'a')),
      failing,
      store.transaction((tx) => insert(tx, 'c')),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(await ids(store), ['a', 'c'])
  },
  'keeps works apart, so that a read and the write after it are one': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction((tx) => insert(tx, 'counter', 0))
    const increment = (): Promise<unknown> =>
      store.transaction(async (tx) => {
        const row = await tx.get('SELECT number FROM item WHERE id = $1', ['counter'])
        await tx.run('UPDATE item SET number = $1 WHERE id = $2', [Number(row?.['number']) + 1, 'counter'])
      })
    await Promise.all(Array.from({ length: 200 }, increment))
    assert.equal((await store.transaction((tx) => tx.get('SELECT number FROM item')))?.['number'], 200)
  },
  'gives a step of the commit the notes of the works that hold': async (t, open) => {
    const store = await openWithTable(t, open)
    const seen: string[] = []
    const step: CommitStep<string> = async (tx, notes) => {
      seen.push(...notes)
      for (const note of notes) await insert(tx, `note ${note}`)
    }
    await Promise.allSettled(
      ['a', 'b', 'c'].map((id) =>
        store.transaction(async (tx) => {
          await insert(tx, id)
          tx.atCommit(step, id)
          if (id === 'b') throw new Error('on purpose')
        }),
      ),
    )
    assert.deepEqual(seen, ['a', 'c'])
    assert.deepEqual(await ids(store), ['a', 'c', 'note a', 'note c'])
  },
  'commits nothing when a step of the commit fails': async (t, open) => {
    const store = await openWithTable(t, open)
    const failing: CommitStep<string> = async () => {
      throw new Error('the step failed')
    }
    const work = store.transaction(async (tx) => {
      await insert(tx, 'a')
      tx.atCommit(failing, 'note')
    })
    await assert.rejects(work, /the step failed/)
    assert.deepEqual(await ids(store), [])
    await store.transaction((tx) => insert(tx, 'b'))
    assert.deepEqual(await ids(store), ['b'])
  },
  'refuses a transaction that is used after its work': async (t, open) => {
    const store = await openWithTable(t, open)
    let kept: Transaction | undefined
    await store.transaction(async (tx) => {
      kept = tx
    })
    await assert.rejects(async () => kept?.run("INSERT INTO item (id) VALUES ('late')"), /has ended/)
    assert.deepEqual(await ids(store), [])
  },
  'remembers no row that was written since': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction(async (tx) => {
      tx.remember(itemA, undefined)
      await insert(tx, 'a')
      assert.equal(tx.recall(itemA), undefined)
      tx.remember(itemA, { number: 0 })
      assert.equal(tx.recall(itemA), undefined, 'nothing is kept of a table with writes that may be rolled back')
    })
    await store.transaction(async (tx) => assert.equal(tx.recall(itemA), undefined))
  },
  'remembers nothing that was rolled back, nor a row that was there before': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction((tx) => insert(tx, 'a', 1))
    await store.transaction(async (tx) => tx.remember(itemA, { number: 1 }))
    const failing = store.transaction(async (tx) => {
      await tx.run('UPDATE item SET number = 2 WHERE id = $1', ['a'])
      tx.remember(itemA, { number: 2 })
      throw new Error('on purpose')
    })
    const beside = store.transaction(async (tx) => tx.recall(itemA)?.row)
    assert.deepEqual(await Promise.allSettled([failing, beside]), [
      { status: 'rejected', reason: new Error('on purpose') },
      { status: 'fulfilled', value: undefined },
    ])
    await store.transaction(async (tx) => assert.equal(tx.recall(itemA), undefined))
  },
  'forgets every row with a statement that may write anything, and with the keyring': async (t, open) => {
    const store = await openWithTable(t, open)
    const keyring = 'CREATE TABLE keyring (\n  id BIGINT PRIMARY KEY\n);\n'
    await store.transaction((tx) => tx.define(keyring))
    const writes: readonly ((tx: Transaction) => Promise<unknown>)[] = [
      (tx) => tx.run("WITH other (id) AS (SELECT 'b') INSERT INTO item (id) SELECT id FROM other"),
      (tx) => tx.run('DELETE FROM keyring'),
      (tx) => tx.run('INSERT INTO keyring (id) VALUES (1)'),
      (tx) => tx.define(keyring.replace('keyring', 'other')),
    ]
    for (const write of writes) {
      await store.transaction(async (tx) => tx.remember(itemA, undefined))
      await store.transaction(async (tx) => {
        await write(tx)
        assert.equal(tx.recall(itemA), undefined)
      })
    }
  },
  'ends a work before the commit, with the notes in the order of the works': async (t, open) => {
    const store = await openWithTable(t, open)
    const seen: string[] = []
    const step: CommitStep<string> = async (_, notes) => {
      seen.push(...notes)
    }
    const work = (id: string, end?: () => void): Promise<unknown> =>
      store.transaction(async (tx) => {
        tx.atCommit(step, id)
        if (end === undefined) await insert(tx, id)
        else tx.beforeCommit(end)
      })
    const fail = (): void => {
      throw new Error('on purpose')
    }
    const results = await Promise.allSettled([work('a', () => seen.push('end a')), work('b', fail), work('c')])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.deepEqual(seen, ['end a', 'a', 'c'])
  },
  'undoes what a work wrote whose end fails, and only that': async (t, open) => {
    const store = await openWithTable(t, open)
    const failing = store.transaction(async (tx) => {
      await insert(tx, 'b')
      tx.beforeCommit(() => {
        throw new Error('on purpose')
      })
    })
    await Promise.allSettled([store.transaction((tx) => insert(tx, 'a')), failing])
    await assert.rejects(failing, /on purpose/)
    assert.deepEqual(await ids(store), ['a'])
  },
  'reads the state of one moment in a snapshot, beside works that go on': async (t, open) => {
    const store = await openWithTable(t, open)
    await store.transaction((tx) => insert(tx, 'a'))
    await store.snapshot(async (tx) => {
      const list = async (): Promise<unknown> => (await tx.all('SELECT id FROM item')).map((row) => row['id'])
      assert.deepEqual(await list(), ['a'])
      await store.transaction((other) => insert(other, 'b'))
      assert.deepEqual(await list(), ['a'])
      await assert.rejects(insert(tx, 'c'))
    })
    assert.deepEqual(await ids(store), ['a', 'b'])
  },
  'answers all works before it closes, and none after': async (t, open) => {
    const store = await openWithTable(t, open)
    const works = Array.from({ length: 20 }, (_, index) => store.transaction((tx) => insert(tx, String(index))))
    await store.close()
    assert.equal((await Promise.all(works)).length, 20)
    await assert.rejects(
      store.transaction(async () => undefined),
      /was closed/,
    )
  },
}

/** Declares one test per case. */
export function testStore(driver: string, open: OpenEmptyStore): void {
  for (const [title, run] of Object.entries(storeCases)) void test(`${driver}: ${title}`, (t) => run(t, open))
}
