import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SecretWrite } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

interface Imported {
  readonly dryRun: boolean
  readonly changes: readonly {
    readonly secret: string
    readonly key: string
    readonly change: string
    readonly line: number
  }[]
  readonly secrets: readonly SecretWrite[]
}

async function valueOf(home: TestHome, line: string): Promise<string> {
  return (await home.ok(`secret get ${line}`)).stdout
}

function write(home: TestHome, name: string, text: string): void {
  writeFileSync(join(home.folder, name), text)
}

test('an import shows what changes, asks for what is there with another value, and is one transaction', async () => {
  using home = new TestHome()
  await home.ok('secret create app --user=ada --password=canary-old --left=alone')
  write(home, 'app.env', '# of the app\nuser=ada\npassword=canary-new\ntoken="canary\ntwo"\n')
  const table =
    /^SECRET +SCOPE +KEY +CHANGE +LINE\napp +user +user +unchanged +2\napp +user +password +changed +3\napp +user +token +new +4\n$/
  const dry = await home.ok('secret import app.env app --dry-run')
  assert.match(dry.stdout, table)
  assert.match(dry.stderr, /nothing was written: --dry-run/)
  const refused = await home.run(['secret', 'import', 'app.env', 'app'])
  assert.equal(refused.code, 6)
  assert.match(refused.stderr, /^error: there with another value: app\.password\nnext: add --on-conflict update/m)
  assert.equal(await valueOf(home, 'app password'), 'canary-old')
  const no = await home.run(['secret', 'import', 'app.env', 'app'], { terminal: true, stdin: 'n\r' })
  assert.equal(no.code, 130)

  const skipped = await home.ok('secret import app.env app --on-conflict skip')
  assert.match(skipped.stderr, /updated secret "app" \(scope user, version 2\): wrote token\n/)
  assert.equal(await valueOf(home, 'app password'), 'canary-old')
  const updated = await home.ok('secret import app.env app --on-conflict update')
  assert.match(updated.stderr, /updated secret "app" \(scope user, version 3\): wrote password\n/)
  assert.deepEqual([await valueOf(home, 'app token'), await valueOf(home, 'app left')], ['canary\ntwo', 'alone'])
  assert.match((await home.ok('secret import app.env app')).stderr, /nothing to write/)
  for (const { stdout, stderr } of [dry, refused, skipped, updated]) assert.doesNotMatch(stdout + stderr, /canary/)
})

test('many secrets come from one file, or from standard input; a bad one stops them all', async () => {
  using home = new TestHome()
  const two = '{"crm": {"a": "1"}, "db": {"b": "2", "c": {"base64": "AP8="}}}'
  const piped = await home.ok('secret import - --json --scope workspace', { stdin: two })
  const { changes, secrets, dryRun } = JSON.parse(piped.stdout) as Imported // the shape of an import
  assert.deepEqual(
    [dryRun, changes.map(({ secret, key, change }) => `${secret}.${key} ${change}`)],
    [false, ['crm.a new', 'db.b new', 'db.c new']],
  )
  assert.deepEqual(
    secrets.map(({ outcome, secret }) => [outcome, secret.scope]),
    [
      ['created', 'workspace'],
      ['created', 'workspace'],
    ],
  )
  const bytes = await home.runBytes(['secret', 'get', 'db', 'c'])
  assert.deepEqual([...bytes.stdout], [0, 255])
  write(home, 'bad.yaml', 'fine:\n  a: hunter2\nbad name:\n  a: hunter2\n')
  const bad = await home.run(['secret', 'import', 'bad.yaml'])
  assert.deepEqual([bad.code, /hunter2/.test(bad.stderr)], [2, false])
  assert.equal((await home.run(['secret', 'describe', 'fine'])).code, 3)
})

test('what cannot be meant is refused, with lines and without values', async () => {
  using home = new TestHome()
  write(home, 'twice.env', 'a=hunter2\nb=1\na=hunter2\n')
  write(home, 'flat.json', '{"a": "hunter2"}')
  write(home, 'two.json', '{"s": {"a": "hunter2"}, "t": {"a": "hunter2"}}')
  const cases: readonly (readonly [string, RegExp])[] = [
    ['twice.env s', /given twice: s\.a in lines 1, 3/],
    ['flat.json', /does not say its name/],
    ['two.json s', /neither text nor bytes: "s"\."a" in line 1/],
    ['missing s', /"missing" does not exist/],
    ['flat.json s --from kubernetes', /no object of kind Secret/],
  ]
  for (const [line, message] of cases) {
    const ran = await home.run(['secret', 'import', ...line.split(' ')])
    assert.equal(ran.code, 2, line)
    assert.match(ran.stderr, message)
    assert.doesNotMatch(ran.stderr, /hunter2/)
  }
  assert.equal((await home.json<{ items: unknown[] }>('secret list')).items.length, 0)
  const odd = await home.ok('secret import - s', { stdin: 'a="x\n"\nb=" y"\n' })
  assert.match(
    odd.stderr,
    /kept as it is in the file: s\.a in line 1 \(line break at the end\); s\.b in line 3 \(blanks around\)/,
  )
})

for (const format of ['env', 'dotenv', 'json', 'yaml']) {
  test(`an export as ${format} is imported into an empty store again`, async () => {
    using home = new TestHome()
    const values = {
      simple: 'x',
      odd: ` it's "$HOME" \\n # \r\n\tä `,
      'no-proxy': 'a=b',
      pem: '-----BEGIN\nMII=\n-----END\n',
    }
    await home.run(['secret', 'create', 's', ...Object.entries(values).map(([key, value]) => `--${key}=${value}`)])
    write(home, 'b.bin', '\u0000\u0001')
    await home.ok('secret update s --bytes=@base64:b.bin')
    await home.ok(`secret export s -o ${format} --file out`)
    assert.equal(statSync(join(home.folder, 'out')).mode & 0o777, 0o600)
    await home.ok('secret rename s t')
    await home.ok('secret import out s')
    for (const [key, value] of Object.entries(values)) assert.equal(await valueOf(home, `s ${key}`), value)
    const diff = await home.json<{ added: []; changed: []; removed: [] }>('secret diff s t')
    assert.deepEqual([diff.added, diff.changed, diff.removed], [[], [], []])
  })
}

test('several secrets are exported into one file, and come back', async () => {
  using home = new TestHome()
  await home.ok('secret create a --x=1')
  await home.ok('secret create a --scope workspace --x=shared')
  await home.ok('secret create b --y=2')
  const all = await home.ok('secret export --all -o json')
  assert.deepEqual(JSON.parse(all.stdout), { a: { x: '1' }, b: { y: '2' } })
  assert.match(all.stderr, /a of scope workspace is left out/)
  assert.deepEqual(JSON.parse((await home.ok('secret export --all --scope workspace -o json')).stdout), {
    a: { x: 'shared' },
  })
  await home.ok('secret export a b -o yaml --file two.yaml')
  assert.match(readFileSync(join(home.folder, 'two.yaml'), 'utf8'), /^a:\n +x: "1"\nb:\n +y: "2"\n$/)
  await home.ok('secret delete b --yes')
  assert.match((await home.ok('secret import two.yaml')).stderr, /created secret "b"/)
  assert.equal(await valueOf(home, 'b y'), '2')
  for (const line of [
    'export',
    'export --all a',
    'export --all',
    'export a b -o env',
    'export a b -o json --version 1',
  ])
    assert.equal((await home.run(['secret', ...line.split(' ')])).code, 2, line)
})
