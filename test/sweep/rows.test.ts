/**
 * Goal: rows cannot be taken away, forged, exchanged or put back unnoticed. Method: do it by SQL to a copy of the store,
 * ask everything as a new process would, and verify against what was kept elsewhere.
 *
 * An HMAC does not tell of a row that is missing, or of an older state of it: what was asked may then answer from what
 * is left, always under its own identity, and `audit verify` names the row.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freshCopy, strike, withDatabase } from './attack.ts'
import { changedRows, deletions, exchange, forgeries, protectedTables, putBack, sampleRows } from './row-attacks.ts'
import type { RowAttack } from './row-attacks.ts'
import { tables as allTables } from '../../packages/sotto/src/store/schema.ts'
import { truthOf } from './truth.ts'
import type { Truth } from './truth.ts'
import { judge } from './verdict.ts'
import { answersOf, makeTarget, question } from './target.ts'
import type { Target } from './target.ts'

let target: Target
before(async () => {
  target = await makeTarget()
})
after(() => target.remove())

/** Tries each: no value under another's identity, no crash, and `audit verify` notices, also after a later change. */
async function tryAll(attacks: readonly RowAttack[], known: Truth = target.truth): Promise<void> {
  for (const { name, attack } of attacks) {
    strike(target, attack)
    const report = await question(target)
    const { released, crashes } = judge(target, report, known)
    assert.deepEqual(released, [], `${name}: released`)
    assert.deepEqual(crashes, [], `${name}: crashed`)
    assert.notEqual(report.verified, 'authenticated', `${name}: audit verify did not notice`)
    if (!name.startsWith('preference'))
      assert.notEqual(report.verifiedAfterChange, 'authenticated', `${name}: a later change covered it up`)
  }
}

test('a row that was deleted is missed by audit verify, and nothing answers in its name', async (t) => {
  const attacks = withDatabase(target.world.path, (db) => protectedTables.flatMap((table) => deletions(db, table.name)))
  t.diagnostic(`${String(attacks.length)} deletions`)
  assert.ok(attacks.length >= 30)
  await tryAll(attacks)
})

test('the head of the chain, the keyring and the version of the schema cannot be done without', async () => {
  for (const table of ['audit_head', 'keyring', 'schema_version']) {
    strike(target, (db) => db.exec(`DELETE FROM ${table}`))
    const { refused, verified, outcomes } = await question(target)
    assert.notEqual(verified, 'authenticated', table)
    const reveals = outcomes.filter((outcome) => 'answer' in outcome && outcome.answer.includes('planted-'))
    assert.ok(refused !== undefined || reveals.length === 0, table)
  }
})

test('a value that was deleted is missed by whoever asks for it', async () => {
  const rows = withDatabase(target.world.path, (db) => sampleRows(db, 'secret_value', 1000))
  assert.ok(rows.length >= 30)
  freshCopy(target)
  withDatabase(target.place, (db) => db.exec('DELETE FROM secret_value'))
  const { outcomes } = await question(target)
  assert.ok(!outcomes.some((outcome) => 'answer' in outcome && outcome.answer.includes('planted-')))
})

test('a forged copy of a row is noticed, whatever HMAC it carries', async (t) => {
  const attacks = withDatabase(target.world.path, (db) => protectedTables.flatMap((table) => forgeries(db, table)))
  t.diagnostic(`${String(attacks.length)} forgeries`)
  assert.ok(attacks.length >= 120)
  await tryAll(attacks)
})

test('rows that exchange names, owners, ids, versions or HMACs are noticed', async (t) => {
  const exchanged: readonly (readonly [string, readonly string[]])[] = [
    ['secret', ['name']],
    ['secret', ['name', 'mac']],
    ['secret', ['scope_owner']],
    ['secret', ['id']],
    ['secret', ['id', 'mac']],
    ['secret', ['version', 'version_id']],
    ['secret', ['version', 'version_id', 'mac']],
    ['secret_version', ['secret_id']],
    ['secret_version', ['secret_id', 'number', 'mac']],
    ['secret_version', ['number']],
    ['secret_version', ['id']],
    ['secret_version', ['keys']],
    ['component', ['attributes']],
    ['component', ['name', 'mac']],
    ['stack', ['components']],
    ['stack', ['settings', 'mac']],
    ['stack', ['name']],
    ['run', ['requirements', 'state']],
    ['attempt', ['run_id']],
    ['secret_read', ['secret_id', 'mac']],
  ]
  const attacks = withDatabase(target.world.path, (db) =>
    [...exchanged, ...protectedTables.map((table) => [table.name, ['mac']] as const)].flatMap(([table, columns]) => {
      const rows = sampleRows(db, table, 1000)
      const pairs = rows.slice(1).map((row, index) => [rows[index]!, row] as const)
      return pairs.slice(0, 6).map((pair) => exchange(table, columns, pair))
    }),
  )
  t.diagnostic(`${String(attacks.length)} exchanges`)
  assert.ok(attacks.length >= 80)
  await tryAll(attacks.filter((attack) => changesSomething(attack)))
})

/** Two rows may have the same in those columns. */
function changesSomething({ attack }: RowAttack): boolean {
  const dump = (db: Parameters<typeof attack>[0]): string =>
    protectedTables
      .flatMap(({ name }) =>
        db
          .prepare(`SELECT * FROM ${name}`)
          .all()
          .map((row) => JSON.stringify(row)),
      )
      .toSorted()
      .join('\n')
  const before = withDatabase(target.world.path, dump)
  strike(target, attack)
  return withDatabase(target.place, dump) !== before
}

test('a row that was put back to an older state is noticed, also with all that belonged to it', async (t) => {
  const attacks = withDatabase(target.world.path, (db) =>
    target.world.earlier.flatMap((from) =>
      protectedTables.flatMap((table) =>
        changedRows(db, from, table).map((row) => putBack(from, table, `o.rowid = ${String(row)}`)),
      ),
    ),
  )
  const whole = target.world.earlier.slice(1).flatMap((from) =>
    ['api', 'shared', 'many', 'tracking'].map((name): RowAttack => ({
      name: `secret ${name} is put back to ${from}, and what came after is removed`,
      attack: (db) => {
        putBack(from, tableOf('secret'), `o.name = '${name}'`).attack(db)
        db.exec(`DELETE FROM secret_version WHERE number > (SELECT version FROM secret s WHERE s.id = secret_id)`)
        db.exec('DELETE FROM secret_value WHERE version_id NOT IN (SELECT id FROM secret_version)')
      },
    })),
  )
  const changing = [...attacks, ...whole].filter((attack) => changesSomething(attack))
  t.diagnostic(`${String(changing.length)} old states`)
  assert.ok(changing.length >= 15, String(changing.length))
  await tryAll(changing)
})

test('versions of the same number from another history of the store are noticed', async (t) => {
  const other = target.world.otherWay
  // Here a version may show the value that the other history gave it: it is that secret's own.
  const both = truthOf(
    [target.questions, target.baseline],
    [target.questions, await answersOf(other, target.questions)],
    [target.questions, await answersOf(target.world.earlier[1]!, target.questions)],
  )
  const table = tableOf('secret_version')
  const values = putBack(
    other,
    tableOf('secret_value'),
    'o.version_id NOT IN (SELECT version_id FROM main.secret_value)',
  )
  const attacks = [3, 4].map((number): RowAttack => ({
    name: `version ${String(number)} of api is taken from the other history`,
    attack: (db) => {
      db.exec(
        `DELETE FROM secret_version WHERE number = ${String(number)} AND secret_id = (SELECT id FROM secret WHERE name = 'api')`,
      )
      putBack(
        other,
        table,
        `o.number = ${String(number)} AND o.secret_id = (SELECT id FROM old.secret WHERE name = 'api')`,
      ).attack(db)
      values.attack(db)
    },
  }))
  const more = ['secret', 'secret_version'].map((name) => putBack(other, tableOf(name), 'true'))
  await tryAll([...attacks, ...more], both)
  t.diagnostic(`${String(attacks.length + more.length)} mixed histories`)
})

test('rows of another store under the same root key are refused', async () => {
  const foreign = target.world.foreign
  await tryAll(
    ['secret', 'secret_version', 'component', 'stack', 'principal', 'workspace'].map((name) =>
      putBack(foreign, tableOf(name), 'true'),
    ),
  )
})

function tableOf(name: string): (typeof protectedTables)[number] {
  return allTables.find((table) => table.name === name)!
}
