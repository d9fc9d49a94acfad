/**
 * Goal: a database that lies about where its rows are cannot pass one secret off as another. Method: indexes, collations,
 * views and triggers that SQL can make, under a store that opens them or has them put under it while it runs.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DatabaseSync } from 'node:sqlite'
import { columnNames, freshCopy, withDatabase } from './attack.ts'
import { outcomeOf } from './questions.ts'
import type { Outcome } from './questions.ts'
import { openFile } from './service.ts'
import { judge } from './verdict.ts'
import { makeTarget, question } from './target.ts'
import type { Target } from './target.ts'

let target: Target
before(async () => {
  target = await makeTarget()
})
after(() => target.remove())

/** Steps of SQL, each on a connection of its own: a changed schema is read when a connection opens. */
function inSteps(...steps: readonly ((db: DatabaseSync) => void)[]): void {
  for (const step of steps) withDatabase(target.place, step)
}

/** Exchanges a column of two rows in an index, and leaves the table as it was. */
function falsifyIndex(index: string, exchange: string): void {
  let entry: Record<string, unknown> = {}
  inSteps(
    (db) => db.exec(exchange),
    (db) => {
      entry = db.prepare('SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema WHERE name = ?').get(index)!
      // Out of sight the index keeps its entries while the table changes back.
      db.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '${index}'`)
    },
    (db) => db.exec(exchange),
    (db) => {
      db.exec('PRAGMA writable_schema = ON')
      const values = Object.values(entry) as (string | number)[] // the columns that were just read
      db.prepare('INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)').run(
        ...values,
      )
    },
  )
}

const swapOf = (table: string, column: string, left: string, right: string): string =>
  `UPDATE ${table} SET ${column} = 'between' WHERE ${column} = '${left}';
   UPDATE ${table} SET ${column} = '${left}' WHERE ${column} = '${right}';
   UPDATE ${table} SET ${column} = '${right}' WHERE ${column} = 'between'`

test('an index that leads from one name to the row of another is noticed by whoever follows it', async () => {
  freshCopy(target)
  falsifyIndex('secret_name', swapOf('secret', 'name', 'api', 'tracking'))
  const problems = withDatabase(target.place, (db) => db.prepare('PRAGMA integrity_check').all())
  assert.match(JSON.stringify(problems), /missing from index secret_name/, 'the index lies')
  const opened = await openFile(target.place)
  const outcomes: Outcome[] = []
  for (const secret of ['api', 'tracking']) {
    outcomes.push(await outcomeOf(() => opened.api.describeSecret({ secret, scope: 'workspace' })))
    outcomes.push(await outcomeOf(() => opened.api.resolveSecrets({ items: [{ secret }] })))
  }
  await opened.close()
  for (const outcome of outcomes)
    assert.ok('code' in outcome && outcome.code === 'row_altered', JSON.stringify(outcome))
})

test('a column that compares without case, or as something else, finds no other name', async () => {
  for (const collation of ['NOCASE', 'RTRIM']) {
    freshCopy(target)
    inSteps(
      (db) => {
        db.exec('PRAGMA writable_schema = ON')
        db.exec(
          `UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT COLLATE ${collation} NOT NULL')`,
        )
      },
      (db) => db.exec('REINDEX'),
    )
    const opened = await openFile(target.place)
    for (const secret of ['API', 'Api', 'TRACKING']) {
      const outcome = await outcomeOf(() => opened.api.resolveSecrets({ items: [{ secret }] }))
      assert.ok(
        'code' in outcome && ['row_altered', 'secret_not_found'].includes(outcome.code),
        JSON.stringify(outcome),
      )
    }
    await opened.close()
  }
})

const lyingView = (db: DatabaseSync): void => {
  const columns = columnNames(db, 'secret')
  // Each look at the name may give another one: what the condition saw need not be what the row says.
  const lies = columns.map((column) =>
    column === 'name' ? "CASE random() % 2 WHEN 0 THEN 'api' ELSE name END AS name" : column,
  )
  db.exec(
    `ALTER TABLE secret RENAME TO hidden; CREATE VIEW secret (${columns.join(', ')}) AS SELECT ${lies.join(', ')} FROM hidden`,
  )
}
const swallowing =
  (table: string) =>
  (db: DatabaseSync): void =>
    db.exec(`CREATE TRIGGER swallow BEFORE INSERT ON ${table} BEGIN SELECT RAISE(IGNORE); END`)
const erasing = (db: DatabaseSync): void =>
  db.exec(
    'CREATE TRIGGER erase AFTER INSERT ON audit_event BEGIN DELETE FROM audit_event WHERE sequence = new.sequence; END',
  )

test('a store with a view or a trigger is not opened', async () => {
  for (const attack of [lyingView, swallowing('audit_event'), erasing]) {
    freshCopy(target)
    withDatabase(target.place, attack)
    assert.equal((await question(target)).refused, 'store_corrupt')
  }
})

test('a view or a trigger that is put under a running store stops it at once', async (t) => {
  for (const attack of [lyingView, swallowing('audit_event'), erasing]) {
    freshCopy(target)
    const opened = await openFile(target.place)
    t.after(() => opened.close())
    const ask = (): Promise<Outcome> =>
      outcomeOf(() => opened.api.resolveSecrets({ items: [{ secret: 'api', scope: 'workspace' }] }))
    assert.ok('answer' in (await ask()))
    withDatabase(target.place, attack)
    for (const outcome of [await ask(), await ask(), await outcomeOf(() => opened.api.verifyAudit({}))])
      assert.equal('code' in outcome && outcome.code, 'store_corrupt')
    const [events, head] = [
      'SELECT max(sequence) AS last FROM audit_event',
      'SELECT sequence AS last FROM audit_head',
    ].map((sql) => withDatabase(target.place, (db) => db.prepare(sql).get()?.['last']))
    assert.equal(events, head, 'nothing was written behind the attack')
  }
})

test('tables without types, keys and indexes answer as before', async () => {
  freshCopy(target, target.loosePath)
  const report = await question(target)
  assert.deepEqual(judge(target, report), { noticed: false, differing: [], released: [], crashes: [] })
})
