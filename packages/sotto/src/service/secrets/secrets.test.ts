import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesValue, emptyRecord, limits, textValue } from '@sotto/sdk/model'
import type { Api, SecretValue, SecretValues } from '@sotto/sdk/model'
import { openTestService, withCode } from '../testing.ts'

function values(texts: Readonly<Record<string, string>>): SecretValues {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, textValue(text)]))
}

async function reveal(api: Api, secret: string, version?: number): Promise<Record<string, SecretValue>> {
  const { secrets } = await api.resolveSecrets({ items: [version === undefined ? { secret } : { secret, version }] })
  const [first] = secrets
  assert.ok(first?.unchanged === false)
  return { ...first.values }
}

test('gives back what was created: text, bytes, empty, long and odd keys', async (t) => {
  const { api } = await openTestService(t)
  const given = emptyRecord<SecretValue>()
  given['__proto__'] = textValue('p')
  given['constructor'] = textValue('c')
  given['toString'] = textValue('')
  given['bytes'] = bytesValue(new Uint8Array([0xff, 0, 0xfe]))
  given['long'] = textValue('é'.repeat(512 * 1024))
  given['lines'] = textValue('\ufeffa\r\nb\n')
  const { outcome, secret, written } = await api.createSecret({ name: 'odd', values: given, plain: ['constructor'] })
  assert.equal(outcome, 'created')
  assert.deepEqual(written, Object.keys(given).toSorted())
  assert.deepEqual(
    secret.keys.find(({ name }) => name === 'bytes'),
    { name: 'bytes', encoding: 'base64', plain: false },
  )
  const { secrets } = await api.resolveSecrets({ items: [{ secret: 'odd' }] })
  assert.ok(secrets[0]?.unchanged === false)
  assert.deepEqual(new Map(Object.entries(secrets[0].values)), new Map(Object.entries(given)))
  assert.deepEqual(secrets[0].plain, ['constructor'])
})

test('a secret without keys is one', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'bare', values: {} })
  assert.deepEqual(await reveal(api, 'bare'), {})
})

test('refuses names, keys and sizes outside the rules, and writes nothing', async (t) => {
  const { api } = await openTestService(t)
  for (const name of ['', '-a', 'a b', 'ä', 'a/b', 'x'.repeat(129), '01a20c8a-1987-705e-b9db-49b55bde19e1']) {
    await assert.rejects(api.createSecret({ name, values: {} }), withCode('name_invalid'))
  }
  for (const key of ['', '1', 'a b', 'x'.repeat(129)]) {
    await assert.rejects(api.createSecret({ name: 'a', values: values({ [key]: 'v' }) }), withCode('key_invalid'))
  }
  const large = textValue('x'.repeat(5 * 1024 * 1024))
  await assert.rejects(api.createSecret({ name: 'a', values: { k: large } }), withCode('value_too_large'))
  const mega = textValue('x'.repeat(1024 * 1024))
  await api.createSecret({ name: 'four', values: { a: mega, b: mega, c: mega, d: mega } })
  await assert.rejects(api.updateSecret({ secret: 'four', values: values({ e: 'x' }) }), withCode('value_too_large'))
  await assert.rejects(
    api.createSecret({ name: 'a', values: { k: { encoding: 'base64', data: '***' } } }),
    withCode('value_invalid'),
  )
  await assert.rejects(
    api.createSecret({ name: 'a', values: values({ k: 'v' }), plain: ['other'] }),
    withCode('input_invalid'),
  )
  assert.deepEqual(
    (await api.listSecrets({})).items.map(({ name }) => name),
    ['four'],
  )
})

test('a name is free in the other scope and taken in its own', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ k: 'mine' }) })
  await assert.rejects(api.createSecret({ name: 'a', values: {} }), withCode('secret_exists'))
  const shared = await api.createSecret({ name: 'a', scope: 'workspace', values: values({ k: 'ours' }) })
  assert.equal(shared.secret.scope, 'workspace')
  assert.equal((await reveal(api, 'a'))['k']?.data, 'mine')
  const narrowed = await api.resolveSecrets({ items: [{ secret: 'a', scope: 'workspace' }] })
  assert.ok(narrowed.secrets[0]?.unchanged === false)
  assert.equal(narrowed.secrets[0].values['k']?.data, 'ours')
  await api.deleteSecret({ secret: 'a' })
  assert.equal((await reveal(api, 'a'))['k']?.data, 'ours')
  await api.createSecret({ name: 'a', values: values({ k: 'new' }) })
})

test('an update merges, removes and replaces; versions keep what they were', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ x: '1', y: '2' }) })
  const merged = await api.updateSecret({ secret: 'a', values: values({ y: '3', z: '4' }) })
  assert.deepEqual(
    [merged.outcome, merged.written, merged.removed, merged.secret.version],
    ['updated', ['y', 'z'], [], 2],
  )
  const removed = await api.updateSecret({ secret: 'a', remove: ['x'] })
  assert.deepEqual([removed.written, removed.removed], [[], ['x']])
  const replaced = await api.updateSecret({ secret: 'a', values: values({ only: '5' }), replace: true })
  assert.deepEqual([replaced.written, replaced.removed], [['only'], ['y', 'z']])
  assert.deepEqual(await reveal(api, 'a'), values({ only: '5' }))
  assert.deepEqual(await reveal(api, 'a', 1), values({ x: '1', y: '2' }))
  assert.deepEqual(await reveal(api, 'a', 2), values({ x: '1', y: '3', z: '4' }))
  await assert.rejects(reveal(api, 'a', 5), withCode('version_not_found'))
  await assert.rejects(reveal(api, 'a', 0), withCode('version_not_found'))
  // What comes over a channel may have any type; it must not look like an altered row.
  for (const version of ['1', 1.5, {}, true] as unknown as number[])
    await assert.rejects(reveal(api, 'a', version), withCode('input_invalid'))
  const { items } = await api.listSecretVersions({ secret: 'a' })
  assert.deepEqual(
    items.map(({ version, added, changed, removed: gone }) => [version, added, changed, gone]),
    [
      [4, ['only'], [], ['y', 'z']],
      [3, [], [], ['x']],
      [2, ['z'], ['y'], []],
      [1, ['x', 'y'], [], []],
    ],
  )
})

test('what changes nothing makes no version', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ x: '1', y: '' }) })
  for (const input of [{ values: values({ x: '1' }) }, { values: values({ x: '1', y: '' }), replace: true }, {}]) {
    const same = await api.updateSecret({ secret: 'a', ...input })
    assert.deepEqual([same.outcome, same.secret.version, same.written], ['unchanged', 1, []])
  }
  const described = await api.updateSecret({ secret: 'a', description: 'what it is for', labels: { team: 'data' } })
  assert.deepEqual(
    [described.outcome, described.secret.version, described.secret.labels],
    ['updated', 1, { team: 'data' }],
  )
  const encoded = await api.updateSecret({ secret: 'a', values: { x: { encoding: 'base64', data: 'MQ==' } } })
  assert.deepEqual([encoded.outcome, encoded.secret.version], ['updated', 2])
})

test('a key keeps its plain mark until a write names the plain keys', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ user: 'u', password: 'p' }), plain: ['user'] })
  const plain = async (): Promise<readonly string[]> =>
    (await api.describeSecret({ secret: 'a' })).keys.filter((key) => key.plain).map(({ name }) => name)
  await api.updateSecret({ secret: 'a', values: values({ user: 'v' }) })
  assert.deepEqual(await plain(), ['user'])
  await api.updateSecret({ secret: 'a', values: values({ user: 'v', password: 'q' }), plain: ['password'] })
  assert.deepEqual(await plain(), ['password'])
  const marked = await api.updateSecret({ secret: 'a', plain: ['user'] })
  assert.deepEqual([marked.outcome, marked.written, await plain()], ['updated', ['user'], ['password', 'user']])
})

test('refuses an update that contradicts itself or comes too late', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ x: '1' }) })
  await assert.rejects(
    api.updateSecret({ secret: 'a', values: values({ x: '2' }), remove: ['x'] }),
    withCode('input_invalid'),
  )
  await assert.rejects(api.updateSecret({ secret: 'a', remove: ['nope'] }), withCode('key_not_found'))
  await api.updateSecret({ secret: 'a', values: values({ x: '2' }), expectVersion: 1 })
  await assert.rejects(
    api.updateSecret({ secret: 'a', values: values({ x: '3' }), expectVersion: 1 }),
    withCode('version_conflict'),
  )
  const writes = await Promise.allSettled(
    ['3', '4'].map((x) => api.updateSecret({ secret: 'a', values: values({ x }), expectVersion: 2 })),
  )
  assert.deepEqual(
    writes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
})

test('set creates what is missing, merges into what the lookup finds, and does all or nothing', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'shared', scope: 'workspace', values: values({ x: '1' }) })
  const { secrets } = await api.setSecrets({
    secrets: [
      { name: 'shared', values: values({ y: '2' }) },
      { name: 'fresh', values: values({ z: '3' }) },
    ],
  })
  assert.deepEqual(
    secrets.map(({ outcome, secret }) => [outcome, secret.scope]),
    [
      ['updated', 'workspace'],
      ['created', 'user'],
    ],
  )
  assert.deepEqual(await reveal(api, 'shared'), values({ x: '1', y: '2' }))
  const half = [
    { name: 'half', values: values({ a: 'b' }) },
    { name: 'fresh', values: values({ z: '4' }), plain: ['absent'] },
  ]
  await assert.rejects(api.setSecrets({ secrets: half }), withCode('input_invalid'))
  await assert.rejects(api.describeSecret({ secret: 'half' }), withCode('secret_not_found'))
  const twice = [
    { name: 'twice', values: {} },
    { name: 'twice', values: {} },
  ]
  await assert.rejects(api.setSecrets({ secrets: twice }), withCode('input_invalid'))
})

test('a name that only begins like another, or differs in case, never matches', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'crm_prod', values: values({ k: 'v' }) })
  for (const secret of ['crm', 'crm_', 'crm_prod2', 'CRM_PROD', 'crm-prod', 'crm%']) {
    await assert.rejects(api.describeSecret({ secret }), (error: unknown) =>
      withCode(secret === 'crm%' ? 'name_invalid' : 'secret_not_found')(error),
    )
  }
})

test('rename keeps id and versions; ids are looked up in any case', async (t) => {
  const { api } = await openTestService(t)
  const { secret } = await api.createSecret({ name: 'old', values: values({ k: 'v' }) })
  await api.createSecret({ name: 'taken', values: {} })
  await assert.rejects(api.renameSecret({ secret: 'old', newName: 'taken' }), withCode('secret_exists'))
  await assert.rejects(api.renameSecret({ secret: 'old', newName: 'no way' }), withCode('name_invalid'))
  assert.equal((await api.renameSecret({ secret: 'old', newName: 'new' })).name, 'new')
  await assert.rejects(api.describeSecret({ secret: 'old' }), withCode('secret_not_found'))
  assert.deepEqual(await reveal(api, secret.id.toUpperCase()), values({ k: 'v' }))
  await assert.rejects(api.describeSecret({ secret: secret.id, scope: 'workspace' }), withCode('secret_not_found'))
})

test('a deleted secret is gone by name and id, and its name is free at once', async (t) => {
  const { api } = await openTestService(t)
  const { secret } = await api.createSecret({ name: 'a', values: values({ k: 'v' }) })
  assert.equal((await api.deleteSecret({ secret: 'a' })).id, secret.id)
  for (const text of ['a', secret.id]) await assert.rejects(reveal(api, text), withCode('secret_not_found'))
  assert.equal((await api.createSecret({ name: 'a', values: {} })).secret.version, 1)
  assert.deepEqual((await api.listSecrets({})).items.length, 1)
})

test('reveals only the keys asked for, and `unchanged` where nothing is newer', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ x: '1', y: '2' }) })
  const { secrets } = await api.resolveSecrets({
    items: [
      { secret: 'a', keys: ['y', 'y'] },
      { secret: 'a', unlessVersion: 1 },
      { secret: 'a', unlessVersion: 7, keys: ['x'] },
    ],
  })
  const [only, unchanged, newer] = secrets
  assert.ok(only?.unchanged === false && newer?.unchanged === false)
  assert.deepEqual({ ...only.values }, values({ y: '2' }))
  assert.equal(unchanged?.unchanged, true)
  assert.deepEqual({ ...newer.values }, values({ x: '1' }))
  await assert.rejects(
    api.resolveSecrets({ items: [{ secret: 'a', keys: ['x', 'nope', 'neither'] }] }),
    /"nope", "neither"/,
  )
  await assert.rejects(api.resolveSecrets({ items: [] }), withCode('input_invalid'))
})

test('no message, hint or detail of an error holds a value', async (t) => {
  const { api, sql } = await openTestService(t)
  await api.createSecret({ name: 'a', values: values({ k: 'hunter2-canary' }) })
  const attempts = [
    api.createSecret({ name: 'a', values: values({ k: 'hunter2-canary' }) }),
    api.createSecret({ name: 'b', values: values({ '1': 'hunter2-canary' }) }),
    api.updateSecret({ secret: 'a', values: values({ k: 'hunter2-canary' }), remove: ['k'] }),
    api.createSecret({ name: 'b', values: { k: { encoding: 'base64', data: 'hunter2-canary' } } }),
  ]
  for (const result of await Promise.allSettled(attempts)) {
    assert.equal(result.status, 'rejected')
    const error: unknown = result.reason
    assert.ok(error instanceof Error)
    assert.doesNotMatch(`${error.message} ${String(error.stack)} ${JSON.stringify(error)}`, /canary/)
  }
  for (const row of await sql('SELECT * FROM audit_event')) assert.doesNotMatch(JSON.stringify(row), /canary/)
})

test('what one answer holds has a limit, so that no request takes all memory', async (t) => {
  const { api } = await openTestService(t)
  const large = textValue('x'.repeat(limits.valueBytes))
  await api.createSecret({ name: 'large', values: { a: large, b: large, c: large, d: large } })
  await api.createSecret({ name: 'small', values: { a: textValue('a') } })
  const ask = (count: number, secret: string): Promise<unknown> =>
    api.resolveSecrets({ items: Array.from({ length: count }, () => ({ secret })) })
  const most = limits.answerBytes / limits.versionBytes
  await ask(most, 'large')
  await ask(limits.itemsPerAnswer, 'small')
  const told = async (): Promise<readonly unknown[]> => (await api.listAudit({ operation: 'resolveSecrets' })).items
  const before = await told()
  assert.equal(before.length, 2, 'one event for each version that was read')
  await assert.rejects(ask(most + 1, 'large'), withCode('value_too_large'))
  await assert.rejects(ask(limits.itemsPerAnswer + 1, 'small'), withCode('input_invalid'))
  await assert.rejects(ask(0, 'small'), withCode('input_invalid'))
  // A few letters may stand for a megabyte each.
  const text = '{{large.a}}'.repeat(most * 4 + 1)
  const settings = [{ place: 'exec', settings: { TEXT: text } }]
  await assert.rejects(api.resolveReferences({ stack: null, settings }), withCode('value_too_large'))
  assert.deepEqual(await told(), before, 'nothing left, and nothing says that it did')
})
