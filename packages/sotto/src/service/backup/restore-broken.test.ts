/** A backup whose audit does not hold: refused, and restored only by somebody who says so, which stays to be seen. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { withCode } from '../testing.ts'
import { restoreStore } from './restore-store.ts'
import type { Restored } from './restore-store.ts'
import { audit, Home, read, write } from './testing.ts'

/** A store whose database somebody without a key has changed, and a backup that was made behind that. */
async function changedHome(t: TestContext, sql: string): Promise<{ home: Home; file: string }> {
  const home = new Home(t)
  const file = join(home.folder, '..', 'b.stb')
  await home.using(async (api) => {
    await write(api, 'crm', 'one')
    await write(api, 'other', 'x')
    await write(api, 'crm', 'two')
  })
  using db = new DatabaseSync(home.storePath)
  assert.equal(db.prepare(sql).run().changes, 1)
  await home.using((api) => api.createBackup({ file }))
  return { home, file }
}

function accept(home: Home, file: string): Promise<Restored> {
  const { storePath, logsFolder, places: keyPlaces } = home
  const common = { storePath, logsFolder, keyPlaces, checkpoint: undefined, osUser: 'tester', clock: Date.now }
  return restoreStore({ ...common, file, acceptBrokenAudit: true })
}

const edited = "UPDATE audit_event SET os_user = 'nobody' WHERE sequence = 3"

test('a backup with an altered event is refused, and accepted only with an event that says what was wrong', async (t) => {
  const { home, file } = await changedHome(t, edited)
  const before = home.files()
  await assert.rejects(home.restore(file), (error: unknown) => {
    assert.ok(isSottoError(error, 'backup_corrupt'))
    assert.match(error.hint ?? '', /--accept-broken-audit/)
    return true
  })
  assert.deepEqual(home.files(), before)
  const { accepted, epoch } = await accept(home, file)
  assert.ok(accepted.length > 0)
  assert.equal(await home.using((api) => read(api, 'crm')), 'two')
  const [event] = (await home.using((api) => api.listAudit({ operation: 'restoreStore' }))).items
  assert.equal(event?.detail['acceptedProblems'], accepted.length)
  assert.deepEqual(event?.detail['accepted'], accepted)
  const found = await audit(home)
  assert.deepEqual([found.result, found.problems], ['consistent, not authenticated', []])
  assert.match(
    found.accepted ?? '',
    new RegExp(`^epoch ${String(epoch)} began by a restore that accepted a log with \\d+ problem`),
  )
})

test('from then on the log is as strict as any, and what came before proves nothing', async (t) => {
  const { home, file } = await changedHome(t, edited)
  const { checkpoint: early } = await home.using((api) => api.verifyAudit({}))
  await accept(home, file)
  const { checkpoint } = await audit(home)
  await home.using((api) => write(api, 'crm', 'three'))
  assert.equal((await audit(home, checkpoint)).result, 'authenticated')
  const old = await audit(home, early)
  assert.equal(old.result, 'broken')
  assert.match(old.problems.join(), /the checkpoint is of before epoch 2, which began by accepting a broken log/)
  // A backup of now needs nobody's word, and an epoch behind this one goes back no further either.
  const later = join(home.folder, '..', 'later.stb')
  await home.using((api) => api.createBackup({ file: later }))
  assert.deepEqual((await home.restore(later)).accepted, [])
  const again = await audit(home, checkpoint)
  assert.deepEqual([again.result, again.problems], ['authenticated', []])
  assert.ok(again.accepted !== undefined)
  using db = new DatabaseSync(home.storePath)
  for (const sql of [
    'UPDATE audit_event SET detail = replace(detail, \'"acceptedProblems":\', \'"acceptedProblems":9\') WHERE epoch = 2',
    `UPDATE audit_event SET detail = replace(detail, '"behind"', '"acceptedProblems":1,"behind"') WHERE epoch = 3 AND operation = 'restoreStore'`,
  ]) {
    db.exec('SAVEPOINT s')
    assert.ok(Number(db.prepare(sql).run().changes) > 0)
    db.exec('RELEASE s')
    assert.equal((await audit(home)).result, 'broken', sql)
  }
})

test('a row that was put back comes as it is; one whose HMAC does not hold stays refused, and named', async (t) => {
  const put = await changedHome(t, 'DELETE FROM preference')
  await assert.rejects(put.home.restore(put.file), withCode('backup_corrupt'))
  assert.match((await accept(put.home, put.file)).accepted.join(), /removed outside of Sotto/)
  assert.equal(await put.home.using((api) => read(api, 'crm')), 'two')
  assert.deepEqual((await audit(put.home)).problems, [])

  const altered = await changedHome(t, "UPDATE secret SET name = 'another' WHERE name = 'other'")
  assert.match((await accept(altered.home, altered.file)).accepted.join(), /was changed outside of Sotto/)
  await assert.rejects(
    altered.home.using((api) => read(api, 'another')),
    withCode('row_altered'),
  )
  assert.equal(await altered.home.using((api) => read(api, 'crm')), 'two')
  assert.match((await audit(altered.home)).problems.join(), /^secret .* was changed outside of Sotto$/)
})
