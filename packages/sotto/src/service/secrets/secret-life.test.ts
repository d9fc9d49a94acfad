import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { texts } from '../references/reference-testing.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const dayMs = 86_400_000

async function valueOf(api: Api, secret: string, key: string, version?: number): Promise<string | undefined> {
  const [found] = (await api.resolveSecrets({ items: [{ secret, version }] })).secrets
  return found?.unchanged === false ? found.values[key]?.data : undefined
}

async function events(service: TestService, operation: string): Promise<readonly string[]> {
  const rows = await service.sql(
    'SELECT outcome, object, detail FROM audit_event WHERE operation = $1 ORDER BY sequence',
    [operation],
  )
  return rows.map((row) => {
    const { rows: _rows, ...detail } = JSON.parse(String(row['detail'])) as { rows?: unknown } // an object
    return `${String(row['outcome'])} ${String(row['object'])} ${JSON.stringify(detail)}`
  })
}

async function assertAuthentic(service: TestService): Promise<void> {
  const { fingerprint } = await service.api.verifyAudit({})
  const verified = await service.api.verifyAudit({ fingerprint })
  assert.deepEqual([verified.result, verified.problems], ['authenticated', []])
}

test('two versions are compared by names of keys, with an event for each and no value in it', async (t) => {
  const service = await openTestService(t)
  const { api } = service
  await api.createSecret({ name: 'a', values: texts({ same: '1', other: '2', gone: '3', marked: '4' }) })
  await api.updateSecret({ secret: 'a', values: texts({ other: 'canary', fresh: '5' }), remove: ['gone'] })
  await api.updateSecret({ secret: 'a', plain: ['marked'] })
  const diff = await api.diffSecrets({ left: { secret: 'a', version: 1 }, right: { secret: 'a' } })
  const { left, right, ...names } = diff
  assert.deepEqual(names, { added: ['fresh'], changed: ['marked', 'other'], removed: ['gone'], unchanged: ['same'] })
  assert.deepEqual([left.version, right.version, left.id === right.id], [1, 3, true])
  const told = await events(service, 'diffSecrets')
  assert.deepEqual(told, [
    'done secret a {"compared":["marked","other","same"],"version":1,"with":"secret a@3"}',
    'done secret a {"compared":["marked","other","same"],"version":3,"with":"secret a@1"}',
  ])
})

test('secrets in both scopes are compared, and what differs only by encoding is another value', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: texts({ x: 'v', y: 'v' }) })
  await api.createSecret({
    name: 'a',
    scope: 'workspace',
    values: { x: textValue('v'), y: { encoding: 'base64', data: 'dg==' } },
  })
  const { changed, unchanged } = await api.diffSecrets({
    left: { secret: 'a', scope: 'user' },
    right: { secret: 'a', scope: 'workspace' },
  })
  assert.deepEqual([changed, unchanged], [['y'], ['x']])
  await assert.rejects(
    api.diffSecrets({ left: { secret: 'a', version: 9 }, right: { secret: 'a' } }),
    withCode('version_not_found'),
  )
})

test('comparing needs the right to read both sides: else it would find values by trying', async (t) => {
  const service = await openTestService(t)
  await service.api.createSecret({ name: 'theirs', scope: 'workspace', values: texts({ k: 'v' }) })
  await service.api.createSecret({ name: 'mine', scope: 'workspace', values: texts({ k: 'v' }) })
  const guesser = service.withRule((_principal, right, { name }) => name !== 'theirs' || right !== 'read')
  const compared = guesser.diffSecrets({ left: { secret: 'mine' }, right: { secret: 'theirs' } })
  await assert.rejects(compared, withCode('forbidden'))
  const previewed = guesser.previewSecrets({ secrets: [{ name: 'theirs', values: texts({ k: 'v' }) }] })
  await assert.rejects(previewed, withCode('forbidden'))
})

test('a rollback makes the old values a new version, sealed anew, and keeps what lies between', async (t) => {
  const service = await openTestService(t)
  const { api, sql } = service
  await api.createSecret({ name: 'a', values: texts({ x: '1', y: '2' }), plain: ['y'] })
  await api.updateSecret({ secret: 'a', values: texts({ x: '3', z: '4' }), remove: ['y'], description: 'kept' })
  const back = await api.rollbackSecret({ secret: 'a', version: 1 })
  assert.deepEqual([back.outcome, back.secret.version, back.written, back.removed], ['updated', 3, ['x', 'y'], ['z']])
  assert.equal(back.secret.description, 'kept')
  assert.deepEqual(
    back.secret.keys.filter(({ plain }) => plain).map(({ name }) => name),
    ['y'],
  )
  assert.deepEqual([await valueOf(api, 'a', 'x'), await valueOf(api, 'a', 'x', 2)], ['1', '3'])
  const blobs = await sql("SELECT DISTINCT blob FROM secret_value WHERE key = 'x'")
  assert.equal(blobs.length, 3)
  const again = await api.rollbackSecret({ secret: 'a', version: 1 })
  assert.deepEqual([again.outcome, again.secret.version], ['unchanged', 3])
  await assert.rejects(api.rollbackSecret({ secret: 'a', version: 4 }), withCode('version_not_found'))
  await assert.rejects(api.rollbackSecret({ secret: 'a', version: 2, expectVersion: 1 }), withCode('version_conflict'))
  assert.equal(
    (await events(service, 'rollbackSecret'))[0],
    'done secret a {"from":1,"removed":["z"],"version":3,"written":["x","y"]}',
  )
})

test('a deleted secret comes back with its versions and its id, under another name where its own is taken', async (t) => {
  const service = await openTestService(t)
  const { api } = service
  const { secret } = await api.createSecret({ name: 'a', values: texts({ x: '1' }) })
  await api.updateSecret({ secret: 'a', values: texts({ x: '2' }) })
  await assert.rejects(api.undeleteSecret({ secret: 'a' }), withCode('secret_not_found'))
  await api.deleteSecret({ secret: 'a' })
  const [listed] = (await api.listSecrets({ deleted: true })).items
  assert.deepEqual([listed?.name, listed?.deletedAt], ['a', '2026-01-01T00:00:00.000Z'])
  const back = await api.undeleteSecret({ secret: 'a' })
  assert.deepEqual([back.id, back.version, back.deletedAt], [secret.id, 2, undefined])
  assert.deepEqual([await valueOf(api, 'a', 'x'), await valueOf(api, 'a', 'x', 1)], ['2', '1'])
  assert.deepEqual((await api.listSecrets({ deleted: true })).items, [])

  await api.deleteSecret({ secret: 'a' })
  await api.createSecret({ name: 'a', values: texts({ x: 'new' }) })
  await assert.rejects(api.undeleteSecret({ secret: 'a' }), withCode('secret_exists'))
  await assert.rejects(api.undeleteSecret({ secret: 'a', newName: 'no way' }), withCode('name_invalid'))
  assert.equal((await api.undeleteSecret({ secret: 'a', newName: 'b' })).id, secret.id)
  assert.deepEqual([await valueOf(api, 'a', 'x'), await valueOf(api, 'b', 'x')], ['new', '2'])
  await assertAuthentic(service)
})

test('of several deleted secrets of one name the last one comes back, the others by id', async (t) => {
  const { api, advance } = await openTestService(t)
  const ids: string[] = []
  for (const x of ['1', '2']) {
    ids.push((await api.createSecret({ name: 'a', values: texts({ x }) })).secret.id)
    await api.deleteSecret({ secret: 'a' })
    advance(1000)
  }
  assert.equal((await api.undeleteSecret({ secret: 'a' })).id, ids[1])
  assert.equal((await api.undeleteSecret({ secret: ids[0] ?? '', newName: 'older' })).id, ids[0])
  await assert.rejects(api.undeleteSecret({ secret: ids[0] ?? '' }), withCode('secret_not_found'))
})

test('a purge leaves no version and no blob; what runs have read of it stays told', async (t) => {
  const service = await openTestService(t)
  const { api, sql } = service
  await api.createSecret({ name: 'a', values: texts({ x: '1' }) })
  await api.updateSecret({ secret: 'a', values: texts({ x: '2' }) })
  await api.createSecret({ name: 'kept', values: texts({ x: '3' }) })
  const run = { pipeline: 'p', stack: 'default', parameters: {}, plan: {}, level: 'NONE', requirements: {} } as const
  const { id } = await api.createRun(run)
  const { id: attempt } = await api.startAttempt({ run: id, step: 's' })
  await api.resolveSecrets({ items: [{ secret: 'a' }], attempt })
  await assert.rejects(api.purgeSecret({ secret: 'a' }), withCode('secret_not_found'))
  await api.deleteSecret({ secret: 'a' })
  const purged = await api.purgeSecret({ secret: 'a' })
  assert.equal(purged.name, 'a')
  await assert.rejects(api.undeleteSecret({ secret: purged.id }), withCode('secret_not_found'))
  const left = await sql(
    'SELECT (SELECT count(*) FROM secret_version) AS versions, count(*) AS blobs FROM secret_value',
  )
  assert.deepEqual({ ...left[0] }, { versions: 1, blobs: 1 })
  const { reads } = await api.listRunSecrets({ run: id })
  assert.partialDeepStrictEqual(reads, [{ secret: 'a', version: 2, keys: ['x'] }])
  await assertAuthentic(service)
})

test('writes purge what was deleted more than 30 days ago, some at a time, and nothing else', async (t) => {
  const service = await openTestService(t)
  const { api, advance } = service
  for (let index = 0; index < 25; index += 1) {
    await api.createSecret({ name: `old-${String(index)}`, values: texts({ x: '1' }) })
    await api.deleteSecret({ secret: `old-${String(index)}` })
  }
  advance(dayMs)
  await api.createSecret({ name: 'late', values: texts({ x: '1' }) })
  await api.deleteSecret({ secret: 'late' })
  advance(29 * dayMs + 1)
  const deleted = async (): Promise<number> => (await api.listSecrets({ deleted: true })).items.length
  assert.equal(await deleted(), 26)
  await api.createSecret({ name: 'b', values: {} })
  assert.equal(await deleted(), 6)
  await api.updateSecret({ secret: 'b', description: 'x' })
  assert.equal(await deleted(), 1)
  assert.equal((await api.undeleteSecret({ secret: 'late' })).name, 'late')
  const told = await events(service, 'createSecret')
  assert.ok(told.includes('done secret old-0 {"purged":true,"version":1}'))
  await assertAuthentic(service)
})

test('a deleted secret or version that was altered is not purged, and stops no write', async (t) => {
  const { api, sql, advance } = await openTestService(t)
  for (const name of ['a', 'c']) {
    await api.createSecret({ name, values: texts({ x: '1' }) })
    await api.deleteSecret({ secret: name })
  }
  await sql("UPDATE secret SET deleted_at = 1 WHERE name = 'a'")
  await sql("UPDATE secret_version SET keys = '[]' WHERE secret_id = (SELECT id FROM secret WHERE name = 'c')")
  advance(40 * dayMs)
  await api.createSecret({ name: 'b', values: {} })
  assert.equal((await sql('SELECT id FROM secret')).length, 3)
  assert.equal((await sql('SELECT key FROM secret_value')).length, 2)
  assert.equal((await api.verifyAudit({})).result, 'broken')
})

test('an expired secret is refused everywhere, is seen everywhere, and lives again when it is renewed', async (t) => {
  const service = await openTestService(t)
  const { api, advance } = service
  const created = await api.createSecret({ name: 'a', values: texts({ x: '1' }), expiresAt: '2026-01-03' })
  assert.equal(created.secret.expiresAt, '2026-01-03T00:00:00.000Z')
  assert.equal(await valueOf(api, 'a', 'x'), '1')
  const check = async (): Promise<readonly [string, string | undefined, string | undefined]> => {
    const declared = [{ place: 'step s', name: 'a' }]
    const [item] = (await api.checkReferences({ stack: null, secrets: declared })).items
    return [item?.outcome ?? '', item?.note, item?.next]
  }
  const [declared] = (await api.checkReferences({ stack: null, secrets: [{ place: 'step s', name: 'a' }] })).items
  assert.equal(declared?.expiresAt, '2026-01-03T00:00:00.000Z')
  assert.deepEqual(await check(), ['ok', 'it expires at 2026-01-03T00:00:00.000Z', undefined])
  advance(2 * dayMs)
  const note = 'it expired at 2026-01-03T00:00:00.000Z'
  assert.deepEqual(await check(), ['expired', note, 'sotto secret update a -i --expires 30d'])
  await assert.rejects(valueOf(api, 'a', 'x'), withCode('secret_expired'))
  await assert.rejects(
    api.resolveReferences({ stack: null, secrets: [{ place: 'step s', name: 'a' }] }),
    withCode('check_failed'),
  )
  assert.match((await events(service, 'resolveSecrets')).at(-1) ?? '', /^refused secret a /)
  assert.equal((await api.describeSecret({ secret: 'a' })).version, 1)

  const stale = await api.updateSecret({ secret: 'a', values: texts({ x: '2' }) })
  assert.equal(stale.secret.expiresAt, '2026-01-03T00:00:00.000Z')
  await assert.rejects(api.updateSecret({ secret: 'a', expiresAt: '2026-01-02' }), withCode('input_invalid'))
  await assert.rejects(api.updateSecret({ secret: 'a', expiresAt: 'soon' }), withCode('input_invalid'))
  const renewed = await api.updateSecret({ secret: 'a', expiresAt: '2026-02-01T00:00:00+01:00' })
  assert.deepEqual([renewed.outcome, renewed.secret.version], ['updated', 2])
  assert.equal(renewed.secret.expiresAt, '2026-01-31T23:00:00.000Z')
  assert.deepEqual([await valueOf(api, 'a', 'x'), await check()], ['2', ['ok', undefined, undefined]])
  const endless = await api.updateSecret({ secret: 'a', expiresAt: null })
  assert.equal(endless.secret.expiresAt, undefined)
  await assertAuthentic(service)
})

test('an expiry that was written or taken away outside of Sotto is noticed', async (t) => {
  const { api, sql } = await openTestService(t)
  await api.createSecret({ name: 'endless', values: {} })
  await api.createSecret({ name: 'short', values: {}, expiresAt: '2026-02-01' })
  await sql("UPDATE secret SET expires_at = 1 WHERE name = 'endless'")
  await sql("UPDATE secret SET expires_at = NULL WHERE name = 'short'")
  for (const secret of ['endless', 'short'])
    await assert.rejects(api.describeSecret({ secret }), withCode('row_altered'))
})

test('a preview says what a write would do, writes nothing, and the write can be held to it', async (t) => {
  const service = await openTestService(t)
  const { api } = service
  await api.createSecret({ name: 'a', scope: 'workspace', values: texts({ x: '1', y: '2', z: '3' }), plain: ['x'] })
  const secrets = [
    { name: 'a', values: texts({ x: '1', y: 'other', fresh: '4' }) },
    { name: 'b', values: texts({ k: '5' }) },
  ]
  const preview = await api.previewSecrets({ secrets })
  assert.deepEqual(preview.secrets, [
    { name: 'a', scope: 'workspace', version: 1, added: ['fresh'], changed: ['y'], unchanged: ['x'] },
    { name: 'b', scope: 'user', version: 0, added: ['k'], changed: [], unchanged: [] },
  ])
  assert.equal((await api.describeSecret({ secret: 'a' })).version, 1)
  const held = secrets.map((secret, index) => ({ ...secret, expectVersion: preview.secrets[index]?.version }))
  const later = async (): Promise<unknown> => api.setSecrets({ secrets: held })
  await api.createSecret({ name: 'b', values: {} })
  await assert.rejects(later(), withCode('secret_exists'))
  await api.deleteSecret({ secret: 'b' })
  await api.updateSecret({ secret: 'a', description: 'no new version' })
  const { secrets: written } = await api.setSecrets({ secrets: held })
  assert.deepEqual(
    written.map(({ outcome, secret }) => [outcome, secret.version]),
    [
      ['updated', 2],
      ['created', 1],
    ],
  )
  await assert.rejects(later(), withCode('version_conflict'))
  await api.deleteSecret({ secret: 'a' })
  await assert.rejects(later(), withCode('version_conflict'))
  await assert.rejects(api.previewSecrets({ secrets: [...secrets, ...secrets] }), withCode('input_invalid'))
})
