import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { ImportFormat } from './format-names.ts'
import { parseImport } from './read-import.ts'

interface Read {
  readonly name: string | undefined
  readonly keys: { readonly [key: string]: string }
}

async function read(
  text: string,
  { from, named = false }: { from?: ImportFormat; named?: boolean } = {},
): Promise<readonly Read[]> {
  const { secrets } = await parseImport(text, 'file "x"', { from, named })
  return secrets.map(({ name, keys }) => ({
    name,
    keys: Object.fromEntries(
      keys.map(({ key, value }) => [key, `${value.encoding === 'base64' ? '@' : ''}${value.data}`]),
    ),
  }))
}

async function refused(text: string, message: RegExp, options?: Parameters<typeof read>[1]): Promise<void> {
  await assert.rejects(read(text, options), (error: unknown) => {
    assert.ok(isSottoError(error), String(error))
    assert.match(error.message, message)
    assert.doesNotMatch(JSON.stringify(error), /hunter2/)
    return true
  })
}

test('what a file holds shows by its content', async () => {
  const one = [{ name: undefined, keys: { a: '1', b: 'x y' } }]
  assert.deepEqual(await read('# c\n\nexport a=1\nb="x y" # c\n'), one)
  assert.deepEqual(await read('\ufeff{"a": 1, "b": "x y"}'), one)
  assert.deepEqual(await read('# c\na: 1\nb: "x y"\n'), one)
  assert.deepEqual(await read('a: b=c'), [{ name: undefined, keys: { a: 'b=c' } }])
  const many = [
    { name: 'crm', keys: { a: '00123' } },
    { name: 'db', keys: { b: '@AP8=' } },
  ]
  assert.deepEqual(await read('{"crm": {"a": "00123"}, "db": {"b": {"base64": "AP8="}}}'), many)
  assert.deepEqual(await read('crm:\n  a: 00123\ndb:\n  b:\n    base64: AP8=\n'), many)
  assert.deepEqual(await read('{"b": {"base64": "AP8="}}', { named: true }), [
    { name: undefined, keys: { b: '@AP8=' } },
  ])
})

test('every key knows its line', async () => {
  const lines = async (text: string): Promise<readonly number[]> =>
    (await parseImport(text, 'x', { from: undefined, named: false })).secrets.flatMap(({ keys }) =>
      keys.map(({ line }) => line),
    )
  assert.deepEqual(await lines('# c\na="x\ny"\nb=1\n'), [2, 4])
  assert.deepEqual(await lines('{\n"a": "1",\n\n"b":\n2}'), [2, 4])
  assert.deepEqual(await lines('s:\n  a: 1\n  b: |\n    x\n    y\n  c: 2\n'), [2, 3, 6])
})

test('what is no import is refused with its place and without its text', async () => {
  await refused('{"a": "hunter2', /not valid JSON at line 1/)
  await refused('a: "hunter2', /not valid YAML at line 1/)
  await refused('hunter2', /not names with values/)
  await refused('["hunter2"]', /not names with values/)
  await refused('a=1\nhunter2\n', /line 2: not NAME=VALUE/)
  await refused('{"a": {"b": "hunter2"}, "c": "hunter2"}', /line 1 is a value among secrets/)
  await refused('{"a": {"b": ["hunter2"]}}', /neither text nor bytes: "b"\[0\] in line 1/)
  await refused('{"a": null}', /neither text nor bytes: "a" in line 1/)
  await refused('{"a": {"base64": "hunter2!"}}', /"a" is not base64/, { named: true })
  await refused('# sotto: a base64\na=hunter2!', /line 2 is not base64/)
  await refused('', /empty/)
})

test('exports of other stores are recognised by their shape', async () => {
  const vault = {
    request_id: 'r',
    lease_id: '',
    renewable: false,
    data: { data: { password: 'p', port: 5432 }, metadata: { version: 3, destroyed: false } },
    warnings: null,
  }
  assert.deepEqual(await read(JSON.stringify(vault)), [{ name: undefined, keys: { password: 'p', port: '5432' } }])
  const first = { ...vault, data: { data: 'text', 'my key': 'v', '1st': 'w' } }
  assert.deepEqual(await read(JSON.stringify(first)), [
    { name: undefined, keys: { data: 'text', my_key: 'v', _1st: 'w' } },
  ])
  await refused(JSON.stringify({ ...vault, data: { data: null, metadata: { version: 3 } } }), /version is deleted/)

  const kubernetes = `apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  password: aHVudGVyMg==
  key: AP8=
  both: b2xk
stringData:
  both: new
`
  const db = { name: 'db', keys: { password: 'hunter2', key: '@AP8=', both: 'new' } }
  assert.deepEqual(await read(kubernetes), [db])
  const item = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'b' }, data: { x: 'eA==' } }
  const list = { apiVersion: 'v1', kind: 'List', items: [item, { ...item, kind: 'ConfigMap' }] }
  assert.deepEqual(await read(JSON.stringify(list)), [{ name: 'b', keys: { x: 'x' } }])

  const aws = { ARN: 'arn:aws:secretsmanager:x', Name: 'db', VersionId: 'v' }
  const strings = [
    ['{"user":"u","port":3306}', { user: 'u', port: '3306' }],
    ['plain', { value: 'plain' }],
    ['{no json', { value: '{no json' }],
  ] as const
  for (const [SecretString, keys] of strings)
    assert.deepEqual(await read(JSON.stringify({ ...aws, SecretString })), [{ name: 'db', keys }])
  assert.deepEqual(await read(JSON.stringify({ ...aws, SecretBinary: 'AP8=' })), [
    { name: 'db', keys: { value: '@AP8=' } },
  ])

  const infisical = [
    { key: 'A', workspace: 'w', value: '1', type: 'shared', tags: [] },
    { key: 'B', workspace: 'w', value: '', type: 'shared', tags: [] },
  ]
  assert.deepEqual(await read(JSON.stringify(infisical)), [{ name: undefined, keys: { A: '1', B: '' } }])

  const doppler = { A: { computed: 'u:p', raw: '${U}:p', note: '' }, B: { computed: '1', raw: '1', note: '' } }
  assert.deepEqual(await read(JSON.stringify(doppler)), [{ name: undefined, keys: { A: 'u:p', B: '1' } }])

  const onePassword = {
    id: 'x',
    title: 'crm',
    category: 'LOGIN',
    fields: [
      { id: 'username', type: 'STRING', purpose: 'USERNAME', label: 'username', value: 'ada' },
      { id: 'password', type: 'CONCEALED', purpose: 'PASSWORD', label: 'password', value: 'p' },
      { id: 'notesPlain', type: 'STRING', purpose: 'NOTES', label: 'notesPlain' },
      { id: 'a', type: 'CONCEALED', label: 'api key', value: 'k', section: { id: 's', label: 'Test' } },
      { id: 'b', type: 'CONCEALED', label: 'api key', value: 'l', section: { id: 't', label: 'Live' } },
    ],
  }
  assert.deepEqual(await read(JSON.stringify(onePassword)), [
    { name: 'crm', keys: { username: 'ada', password: 'p', Test_api_key: 'k', Live_api_key: 'l' } },
  ])
})

test('--from is believed: a secret that only looks like an export stays what it is', async () => {
  const text = '{"title": "x", "fields": "y"}'
  assert.deepEqual(await read(text), [{ name: undefined, keys: { title: 'x', fields: 'y' } }])
  await refused('{"key": ["hunter2"]}', /neither text nor bytes/, { from: 'json' })
  await refused('{"a": "hunter2"}', /no object of kind Secret/, { from: 'kubernetes' })
  assert.deepEqual(await read('a: b', { from: 'yaml' }), [{ name: undefined, keys: { a: 'b' } }])
  assert.deepEqual(await read('1a=x\n', { from: 'env' }), [{ name: undefined, keys: { '1a': 'x' } }])
})
