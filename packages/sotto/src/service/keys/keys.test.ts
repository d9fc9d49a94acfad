import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const dayMs = 24 * 60 * 60 * 1000

async function openWorld(t: TestContext, secrets = 3): Promise<TestService> {
  const service = await openTestService(t)
  for (let index = 0; index < secrets; index++) {
    await service.api.createSecret({
      name: `secret${String(index)}`,
      values: { one: textValue(`value ${String(index)}`), two: textValue('2') },
    })
  }
  return service
}

async function valueOf(api: Api, secret: string): Promise<string | undefined> {
  const [resolved] = (await api.resolveSecrets({ items: [{ secret }] })).secrets
  return resolved?.unchanged === false ? resolved.values['one']?.data : undefined
}

async function rewrapAll(api: Api, limit?: number): Promise<number> {
  let rewrapped = 0
  let next: string | undefined
  do {
    const step = await api.rewrapValues({ after: next, limit })
    rewrapped += step.rewrapped
    next = step.next
  } while (next !== undefined)
  return rewrapped
}

test('a data key goes its way: active, previous, retired, gone; values open all along', async (t) => {
  const { api, advance, sql } = await openWorld(t)
  const [first] = (await api.describeKeys({})).dataKeys
  assert.ok(first?.state === 'active' && first.values === 6)
  await assert.rejects(api.retireKey({ dataKey: first.id }), withCode('in_use'))

  const rotated = await api.rotateKeys({})
  assert.deepEqual(
    rotated.dataKeys.map(({ state, values }) => [state, values]),
    [
      ['previous', 6],
      ['active', 0],
    ],
  )
  await api.updateSecret({ secret: 'secret0', values: { one: textValue('new') } })
  assert.equal(await valueOf(api, 'secret1'), 'value 1', 'under the older key')
  await assert.rejects(api.retireKey({ dataKey: first.id }), withCode('in_use'))
  await assert.rejects(api.destroyKey({ dataKey: first.id }), withCode('in_use'))

  assert.equal(await rewrapAll(api, 2), 6)
  assert.equal(await rewrapAll(api), 0, 'all of it was done')
  assert.equal((await api.retireKey({ dataKey: first.id })).state, 'retired')
  await assert.rejects(api.destroyKey({ dataKey: first.id }), withCode('in_use'))
  advance(dayMs)
  await api.destroyKey({ dataKey: first.id })
  await assert.rejects(api.destroyKey({ dataKey: first.id }), withCode('data_key_not_found'))
  assert.equal((await api.describeKeys({})).dataKeys.length, 1)
  assert.equal((await sql('SELECT id FROM data_key')).length, 1)
  assert.deepEqual([await valueOf(api, 'secret0'), await valueOf(api, 'secret2')], ['new', 'value 2'])
  assert.equal((await api.verifyAudit({})).result, 'consistent, not authenticated')
})

test('a key is not destroyed while a value lies under it, whatever the database says', async (t) => {
  const { api, advance, sql } = await openWorld(t, 1)
  const [first] = (await api.describeKeys({})).dataKeys
  const id = first?.id ?? ''
  const kept = await sql('SELECT version_id, key, blob FROM secret_value LIMIT 1')
  await api.rotateKeys({})
  await rewrapAll(api)
  await api.retireKey({ dataKey: id })
  advance(dayMs)
  const { version_id: version = null, key = null, blob = null } = kept[0] ?? {}
  await sql('UPDATE secret_value SET blob = $1 WHERE version_id = $2 AND key = $3', [blob, version, key])
  await assert.rejects(api.destroyKey({ dataKey: id }), withCode('in_use'), 'by the id in the blob')
  await sql('UPDATE secret_value SET data_key_id = $1 WHERE version_id = $2 AND key = $3', [id, version, key])
  await assert.rejects(sql('DELETE FROM data_key WHERE id = $1', [id]), /foreign key/i)
})

test('a value that does not open is named, and does not stop the others', async (t) => {
  const { api, sql } = await openWorld(t)
  await sql(
    "UPDATE secret_value SET blob = zeroblob(156) WHERE key = 'two' AND version_id = (SELECT MIN(version_id) FROM secret_value)",
  )
  await api.rotateKeys({})
  const step = await api.rewrapValues({})
  assert.equal(step.rewrapped, 5)
  assert.match(step.unreadable.join(), /^\S+ \S+ two$/)
})

test('who expects another generation is told, and of two at once one wins', async (t) => {
  const { api } = await openWorld(t)
  const { generation } = await api.describeKeys({})
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => api.rotateKeys({ expectGeneration: generation })))
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected', 'rejected'])
  await assert.rejects(api.createRecovery({ expectGeneration: generation }), withCode('keyring_conflict'))
  await assert.rejects(api.changeRoot({ to: 'file', expectGeneration: generation }), withCode('keyring_conflict'))
  assert.equal((await api.describeKeys({})).generation, generation + 1)
})

test('a rotation that was rolled back leaves the keyring as it was', async (t) => {
  const { api, store, keyring } = await openWorld(t)
  const { generation } = await api.describeKeys({})
  await assert.rejects(
    store.transaction(async (tx) => {
      await keyring.refresh(tx)
      await keyring.replace(tx, {
        random: (size) => Buffer.alloc(size, 1),
        edit: () => {
          throw new Error('the disk is full')
        },
      })
    }),
  )
  assert.equal((await api.describeKeys({})).generation, generation)
  await api.rotateKeys({})
  assert.equal(await valueOf(api, 'secret1'), 'value 1')
})

test('a new root key in a file takes the place of the old one, and a new code that of the old code', async (t) => {
  const { api, folder } = await openWorld(t)
  const first = await api.createRecovery({})
  const changed = await api.changeRoot({ to: 'file' })
  const path = join(folder, 'root.key')
  assert.equal(changed.rootKeyFile, path)
  assert.notEqual(changed.recoveryCode, first.code)
  assert.match(readFileSync(path, 'utf8'), /^[0-9a-f]{64}\n$/)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('root.key')),
    ['root.key'],
  )
  assert.deepEqual(
    changed.slots.map(({ role, kind }) => [role, kind]),
    [
      ['primary', 'file'],
      ['recovery', 'code'],
    ],
  )
  assert.equal(await valueOf(api, 'secret1'), 'value 1', 'in the process that changed it')
  const again = await api.changeRoot({ keepOldKey: true })
  assert.ok(again.formerKeyFile !== undefined && existsSync(again.formerKeyFile))
  assert.deepEqual((await api.describeKeys({})).formerKeyFiles, [again.formerKeyFile])
  assert.equal((await api.verifyAudit({})).result, 'consistent, not authenticated')
})

test('after a compromise every key is another one, and the log goes on in a new epoch', async (t) => {
  const { api, sql } = await openWorld(t)
  await api.registerFlavor({
    type: 'alerter',
    name: 'pager',
    description: '',
    attributes: [{ name: 'token', type: 'string', required: 'no', secret: true, description: '' }],
  })
  await api.registerComponent({ type: 'alerter', name: 'p', flavor: 'pager', attributes: { token: '{{secret1.one}}' } })
  const before = await api.verifyAudit({})
  const rows = await sql('SELECT mac FROM secret ORDER BY id')
  const changed = await api.changeRoot({ to: 'file', compromised: true })
  assert.notEqual(changed.auditFingerprint, before.fingerprint)
  assert.deepEqual(
    changed.exposed?.map(({ name, keys, references }) => [name, keys.join(' '), references]),
    [
      ['secret0', 'one two', 0],
      ['secret1', 'one two', 1],
      ['secret2', 'one two', 0],
    ],
  )
  assert.notDeepEqual(await sql('SELECT mac FROM secret ORDER BY id'), rows)
  assert.equal(await rewrapAll(api), 6)
  const after = await api.verifyAudit({ fingerprint: changed.auditFingerprint })
  assert.deepEqual(after.problems, [])
  assert.equal(after.result, 'authenticated')
  assert.equal(after.checkpoint.epoch, before.checkpoint.epoch + 1)
  await sql("UPDATE secret SET mac = zeroblob(32) WHERE name = 'secret1'")
  assert.equal((await api.verifyAudit({})).result, 'broken')
})

test('new keys are not made over rows that were altered', async (t) => {
  const { api, sql } = await openWorld(t)
  await sql("DELETE FROM secret_value WHERE version_id IN (SELECT version_id FROM secret WHERE name = 'secret2')")
  await sql("DELETE FROM secret_version WHERE id IN (SELECT version_id FROM secret WHERE name = 'secret2')")
  const { generation } = await api.describeKeys({})
  await assert.rejects(api.changeRoot({ to: 'file', compromised: true }), withCode('audit_broken'))
  assert.equal((await api.describeKeys({})).generation, generation)
})

test('a keyring that was put back shows in the audit log', async (t) => {
  const service = await openWorld(t)
  const [kept] = await service.sql('SELECT generation, blob FROM keyring')
  await service.api.createRecovery({})
  const { generation = null, blob = null } = kept ?? {}
  await service.sql('UPDATE keyring SET generation = $1, blob = $2', [generation, blob])
  await assert.rejects(service.api.describeKeys({}), withCode('keyring_corrupt'))
  const other = await openTestService(t, { folder: service.folder })
  const { result, problems } = await other.api.verifyAudit({})
  assert.equal(result, 'broken')
  assert.match(problems.join(), /keyring is of generation 1, but event \d+ left generation 2/)
})

test('no event and no answer but one holds a key, a code or a passphrase', async (t) => {
  const { api, sql, folder } = await openWorld(t)
  const { code } = await api.createRecovery({})
  const passphrase = 'correct horse battery staple'
  const changed = await api.changeRoot({ to: 'passphrase', passphrase })
  const fileKey = (await api.changeRoot({ to: 'file' })).rootKeyFile ?? ''
  const key = readFileSync(fileKey, 'utf8').trim()
  const said = JSON.stringify([
    await sql('SELECT * FROM audit_event'),
    await api.describeKeys({}),
    { ...changed, recoveryCode: '' },
  ])
  for (const secret of [code, passphrase, key, changed.recoveryCode ?? '?']) assert.ok(!said.includes(secret))
  assert.ok(folder.length > 0)
})
