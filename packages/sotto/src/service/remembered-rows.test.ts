/**
 * Goal: what a store remembers of its rows never hides a change of them: the next call after the change notices it, whoever
 * made it. Method: read a secret until all its rows are remembered, change a row behind the service's back in every way
 * there is, and read once more.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { changeKeys } from './testing/key-changes.ts'
import { openTestService, withCode } from './testing.ts'
import type { TestService } from './testing.ts'

async function valueOf(api: Api, secret = 'crm'): Promise<string | undefined> {
  const [resolved] = (await api.resolveSecrets({ items: [{ secret, keys: ['k'] }] })).secrets
  return resolved?.unchanged === false ? resolved.values['k']?.data : undefined
}

/** A service that has read the secret `crm` before, so that nothing of it need be loaded again. */
async function openWarm(t: TestContext): Promise<TestService> {
  const service = await openTestService(t)
  await service.api.createSecret({ name: 'crm', scope: 'workspace', values: { k: textValue('first') } })
  await service.api.createSecret({ name: 'other', scope: 'workspace', values: { k: textValue('second') } })
  for (let round = 0; round < 3; round++) {
    assert.equal(await valueOf(service.api), 'first')
    assert.equal(await valueOf(service.api, 'other'), 'second')
  }
  return service
}

type RunSql = (sql: string) => Promise<unknown>

const connections: { readonly [name: string]: (t: TestContext, service: TestService) => RunSql } = {
  'another connection': (t, { folder }) => {
    const db = new DatabaseSync(join(folder, 'store.db'))
    t.after(() => db.close())
    return async (sql) => db.exec(sql)
  },
  'its own connection': (_, { store }) => {
    return (sql) => store.transaction((tx) => tx.run(sql))
  },
}

/** How a row is changed, and how the same SQL, run again, puts it back. */
const changes: { readonly [what: string]: string } = {
  'the name of the caller': `UPDATE principal SET name = CASE name WHEN 'local' THEN 'root' ELSE 'local' END`,
  'the name of the secret': `UPDATE secret SET name = CASE name WHEN 'crm' THEN 'mrc' ELSE 'crm' END WHERE name <> 'other'`,
  'the owner of a scope': `UPDATE secret SET scope_owner = CASE scope_owner WHEN '' THEN owner ELSE '' END WHERE name = 'crm'`,
  'which version is the newest': `UPDATE secret SET version = 3 - version WHERE name = 'crm'`,
  'what is said of a version': `UPDATE secret_version SET number = 3 - number
    WHERE id = (SELECT version_id FROM secret WHERE name = 'crm')`,
  'the sealed value': `UPDATE secret_value SET blob =
    CAST(CASE substr(blob, 1, 1) WHEN x'53' THEN x'54' ELSE x'53' END || substr(blob, 2) AS BLOB)`,
}

for (const [connection, connect] of Object.entries(connections)) {
  for (const [what, sql] of Object.entries(changes)) {
    test(`the next read notices that ${connection} has changed ${what}`, async (t) => {
      const service = await openWarm(t)
      const run = connect(t, service)
      for (let round = 0; round < 2; round++) {
        await run(sql)
        await assert.rejects(
          valueOf(service.api),
          (error: unknown) =>
            isSottoError(error, 'row_altered') ||
            isSottoError(error, 'value_corrupt') ||
            isSottoError(error, 'secret_not_found'),
        )
        await run(sql)
        assert.equal(await valueOf(service.api), 'first')
      }
    })
  }
}

test('a read in one batch with a change sees it if it comes behind it, and not if it was rolled back', async (t) => {
  const { api, store } = await openWarm(t)
  const spoil = (fail: boolean): Promise<unknown> =>
    store.transaction(async (tx) => {
      await tx.run("UPDATE secret_value SET blob = x'00'")
      if (fail) throw new Error('on purpose')
    })
  // A call reaches the queue some turns of promises after it was made, and the batch begins with a turn of the event loop.
  const inOrder = async (fail: boolean): Promise<readonly string[]> => {
    const works = [() => valueOf(api), () => spoil(fail), () => valueOf(api)].map(async (work, index) => {
      for (let turn = 0; turn < 10 * index; turn++) await Promise.resolve()
      return work()
    })
    const results = await Promise.allSettled(works)
    return results.map((result) => (result.status === 'fulfilled' ? String(result.value) : String(result.reason)))
  }
  assert.deepEqual(await inOrder(true), ['first', 'Error: on purpose', 'first'])
  assert.equal(await valueOf(api), 'first')
  const [before, , behind] = await inOrder(false)
  assert.equal(before, 'first')
  assert.match(behind ?? '', /^SottoError: a stored value/)
  await assert.rejects(valueOf(api), withCode('value_corrupt'))
})

test('a secret that was not there is found once another process has made it, and missed once it is gone', async (t) => {
  const service = await openWarm(t)
  const other = await openTestService(t, { folder: service.folder })
  for (let round = 0; round < 2; round++) {
    for (let again = 0; again < 3; again++)
      await assert.rejects(valueOf(service.api, 'new'), withCode('secret_not_found'))
    await other.api.createSecret({ name: 'new', scope: 'workspace', values: { k: textValue(String(round)) } })
    assert.equal(await valueOf(service.api, 'new'), String(round))
    await other.api.updateSecret({ secret: 'new', values: { k: textValue('changed') } })
    assert.equal(await valueOf(service.api, 'new'), 'changed')
    await other.api.deleteSecret({ secret: 'new' })
  }
  await assert.rejects(valueOf(service.api, 'new'), withCode('secret_not_found'))
})

test('an inner secret shadows a remembered outer one as soon as it is there', async (t) => {
  const { api } = await openWarm(t)
  await api.createSecret({ name: 'crm', scope: 'user', values: { k: textValue('inner') } })
  assert.equal(await valueOf(api), 'inner')
  await api.deleteSecret({ secret: 'crm', scope: 'user' })
  assert.equal(await valueOf(api), 'first')
})

for (const own of [true, false]) {
  test(`remembered values open after each change of the keys by ${own ? 'itself' : 'another process'}`, async (t) => {
    const service = await openWarm(t)
    const { api } = own ? service : await openTestService(t, { folder: service.folder })
    for (const change of ['rotate', 'rewrap', 'rotate'] as const) {
      const before = service.keyring.current
      const [{ blob } = {}] = await service.sql('SELECT blob FROM secret_value')
      await changeKeys(api, change)
      assert.deepEqual([await valueOf(service.api), await valueOf(service.api, 'other')], ['first', 'second'])
      const [{ blob: after } = {}] = await service.sql('SELECT blob FROM secret_value')
      if (change === 'rotate') assert.notEqual(service.keyring.current, before)
      else assert.notDeepEqual(after, blob)
    }
  })
}

test('a view or a trigger that is put under a running store stops it, until it is gone', async (t) => {
  const service = await openWarm(t)
  const db = new DatabaseSync(join(service.folder, 'store.db'))
  t.after(() => db.close())
  for (const [make, drop] of [
    ['CREATE VIEW lie AS SELECT * FROM secret', 'DROP VIEW lie'],
    ['CREATE TRIGGER swallow BEFORE INSERT ON audit_event BEGIN SELECT RAISE(IGNORE); END', 'DROP TRIGGER swallow'],
  ] as const) {
    db.exec(make)
    for (let again = 0; again < 3; again++) await assert.rejects(valueOf(service.api), withCode('store_corrupt'))
    db.exec(drop)
    assert.equal(await valueOf(service.api), 'first')
  }
})
