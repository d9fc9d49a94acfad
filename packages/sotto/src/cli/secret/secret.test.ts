import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Ran } from '../testing.ts'
import { TestHome } from '../testing.ts'

/** Values that something on the way likes to change, each with the key it is kept under. */
const awkward = {
  zeros: '00123',
  exponent: '1e5',
  huge: '1e400',
  bool: 'true',
  empty: '',
  equals: 'a=b=c',
  dash: '-x',
  reference: '{{ a.b }}',
  pem: '-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n',
  quotes: `it's "quoted" $HOME \`id\` \\n`,
  unicode: 'pässwörd ✓ 😀',
  'no-proxy': 'x',
  __proto__x: 'proto',
  help_: 'h',
  name: 'n',
}

async function created(home: TestHome, ...argv: string[]): Promise<Ran> {
  const ran = await home.run(['secret', 'create', ...argv])
  assert.equal(ran.code, 0, ran.stderr)
  return ran
}

async function valueOf(home: TestHome, name: string, key: string): Promise<string> {
  const ran = await home.run(['secret', 'get', name, key])
  assert.equal(ran.code, 0, ran.stderr)
  return ran.stdout
}

async function keysOf(home: TestHome, line: string): Promise<string[]> {
  return Object.keys((await home.json<{ values: object }>(line)).values)
}

async function refused(home: TestHome, argv: readonly string[], code: number, message: RegExp): Promise<void> {
  const ran = await home.run(argv)
  assert.equal(ran.code, code, `${argv.join(' ')}: ${ran.stderr}`)
  assert.match(ran.stderr, message)
  assert.match(ran.stderr, /^next: .+$/m)
  assert.doesNotMatch(ran.stderr, /^\s+at /m)
  assert.equal(ran.stdout, '')
}

test('every awkward value comes back as it was given, from the command line and from JSON', async () => {
  using home = new TestHome()
  await created(home, 's', ...Object.entries(awkward).map(([key, value]) => `--${key}=${value}`))
  await created(home, 'j', `--values=${JSON.stringify(awkward)}`)
  for (const [key, value] of Object.entries(awkward)) {
    assert.equal(await valueOf(home, 's', key), value)
    assert.equal(await valueOf(home, 'j', key), value)
  }
})

test('scalars of JSON and YAML are kept as their literal text', async () => {
  using home = new TestHome()
  await created(home, 'j', '--values={"a":1e400,"b":true,"c":-0.0,"d":12345678901234567890}')
  await created(
    home,
    'y',
    '--values=a: 00123\nb: yes\nc: 1e400\nd: 2026-01-01\ne: |\n  two\n  lines\nf: "quoted: #"\n__proto__: p',
  )
  const values = {
    j: { a: '1e400', b: 'true', c: '-0.0', d: '12345678901234567890' },
    y: { a: '00123', b: 'yes', c: '1e400', d: '2026-01-01', e: 'two\nlines\n', f: 'quoted: #', ['__proto__']: 'p' },
  }
  for (const [name, keys] of Object.entries(values))
    for (const [key, value] of Object.entries(keys)) assert.equal(await valueOf(home, name, key), value)
})

test('a key of a reserved name goes behind --', async () => {
  using home = new TestHome()
  await created(
    home,
    's',
    '--scope',
    'workspace',
    '--',
    '--scope=read',
    '--values=7',
    '--help=me',
    '--__proto__=p',
    '--constructor=c',
  )
  for (const [key, value] of Object.entries({
    scope: 'read',
    values: '7',
    help: 'me',
    ['__proto__']: 'p',
    constructor: 'c',
  }))
    assert.equal(await valueOf(home, 's', key), value)
})

test('values are read from files, from standard input, as bytes, and with a literal @', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'f.txt'), 'from file')
  writeFileSync(join(home.folder, 'b.bin'), Buffer.from([0, 255, 10, 128]))
  const ran = await home.run(
    [
      'secret',
      'create',
      's',
      '--f=@f.txt',
      '--tilde=@~/f.txt',
      '--i=@-',
      '--at=@@x',
      '--b=@b.bin',
      '--t=@base64:f.txt',
    ],
    { stdin: 'piped' },
  )
  assert.equal(ran.code, 0, ran.stderr)
  for (const [key, value] of Object.entries({
    f: 'from file',
    tilde: 'from file',
    i: 'piped',
    at: '@x',
    t: 'from file',
  }))
    assert.equal(await valueOf(home, 's', key), value)
  const bytes = await home.runBytes(['secret', 'get', 's', 'b'])
  assert.deepEqual(bytes.stdout, Buffer.from([0, 255, 10, 128]))
  const described = await home.ok('secret describe s')
  assert.match(described.stdout, /^b +bytes/m)
  assert.match(described.stdout, /^t +bytes/m)
})

test('values come from a file of JSON or YAML, recognised by content and not by name', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'a.yaml'), '\ufeff{"user":"admin",\n\t"port": 8080}')
  writeFileSync(join(home.folder, 'a.json'), '# comment\nuser: admin\nport: 8080\n')
  await created(home, 'j', '--values=@a.yaml')
  await created(home, 'y', '--values', '@a.json')
  const piped = await home.run(['secret', 'create', 'p', '--values=@-'], { stdin: '{user: admin, port: 8080}' })
  assert.equal(piped.code, 0, piped.stderr)
  for (const name of ['j', 'y', 'p']) {
    assert.equal(await valueOf(home, name, 'user'), 'admin')
    assert.equal(await valueOf(home, name, 'port'), '8080')
  }
})

test('what is odd about a file is kept and told once, and --trim removes it', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'odd'), '\ufeff pass\r\nword \r\n')
  writeFileSync(join(home.folder, 'line'), 'x\n')
  const ran = await created(home, 's', '--a=@odd', '--b=@line')
  assert.equal(ran.stderr.match(/^warning:/gm)?.length, 1)
  assert.match(
    ran.stderr,
    /--a \(BOM, CRLF, line break at the end, blanks around\); --b \(line break at the end\).*--trim/,
  )
  assert.equal(await valueOf(home, 's', 'a'), '\ufeff pass\r\nword \r\n')
  const trimmed = await created(home, 't', '--a=@odd', '--trim')
  assert.doesNotMatch(trimmed.stderr, /warning/)
  assert.equal(await valueOf(home, 't', 'a'), 'pass\nword')
})

test('a write names keys, scope and version and how to fetch, and no value', async () => {
  using home = new TestHome()
  const first = await created(home, 's', '--password=hunter2hunter2')
  assert.equal(
    first.stderr,
    'created secret "s" (scope user, version 1): password\nfetch: sotto secret get s password\n',
  )
  assert.equal(first.stdout, '')
  const again = await home.ok('secret set s --password=hunter2hunter2')
  assert.equal(again.stderr, 'secret "s" (scope user, version 1) is unchanged\n')
  const merged = await home.ok('secret set s --token=t')
  assert.match(merged.stderr, /version 2\): wrote token$/m)
  const updated = await home.ok('secret update s --password=x --remove token')
  assert.match(updated.stderr, /^updated secret "s" \(scope user, version 3\): wrote password; removed token$/m)
  for (const { stderr, stdout } of [first, again, merged, updated]) assert.doesNotMatch(stderr + stdout, /hunter2/)
})

test('values stay masked unless they are asked for, and masked output is no read', async () => {
  using home = new TestHome()
  await created(home, 's', '--password=hunter2hunter2', '--user=admin')
  for (const argv of [
    'secret get s',
    'secret get s --json',
    'secret get s -o yaml',
    'secret describe s --json',
    'secret list --json',
    'secret history s',
  ]) {
    const ran = await home.ok(argv)
    assert.doesNotMatch(ran.stdout + ran.stderr, /hunter2/, argv)
  }
  assert.equal((await home.ok('audit list --what resolveSecrets --json')).stdout, '{\n  "items": []\n}\n')
  const revealed = await home.json<{ values: object }>('secret get s --reveal')
  assert.deepEqual(revealed.values, {
    password: { encoding: 'utf8', data: 'hunter2hunter2' },
    user: { encoding: 'utf8', data: 'admin' },
  })
  assert.equal((await home.json<{ items: [] }>('audit list --what resolveSecrets')).items.length, 1)
})

test('a value is exact in a pipe and safe on a terminal', async () => {
  using home = new TestHome()
  await created(home, 's', '--v=abc', '--evil=\u001b]0;x\u0007a')
  assert.equal(await valueOf(home, 's', 'v'), 'abc')
  assert.equal((await home.run(['secret', 'get', 's', 'v'], { terminal: true })).stdout, 'abc\n')
  const evil = await home.run(['secret', 'get', 's', 'evil'], { terminal: true })
  assert.equal(evil.stdout, '\\e]0;x\\u0007a\n')
  assert.match(evil.stderr, /control characters/)
})

test('an update merges, removes, replaces, and compares versions', async () => {
  using home = new TestHome()
  await created(home, 's', '--a=1', '--b=2')
  await home.run(['secret', 'update', 's', '--values={"a":null,"c":"3"}'])
  assert.deepEqual(await keysOf(home, 'secret get s'), ['b', 'c'])
  await refused(home, ['secret', 'update', 's', '--b=x', '--expect-version', '1'], 6, /error: /)
  await home.ok('secret update s --replace --z=1 --expect-version=2')
  assert.deepEqual(await keysOf(home, 'secret get s'), ['z'])
  assert.deepEqual(await keysOf(home, 'secret get s --version 1'), ['a', 'b'])
  assert.equal((await home.ok('secret get s a --version 1')).stdout, '1')
  assert.match((await home.ok('secret history s')).stdout, /^3 .*\+z -b -c$/m)
})

test('bad values are refused with the place, and without a value in the message', async () => {
  using home = new TestHome()
  mkdirSync(join(home.folder, 'folder'))
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['--a=hunter2', '--a=hunter3'], /"a" is given twice/],
    [['--a=hunter2', '--values={"a":"hunter3"}'], /"a" is given twice: as --KEY= and in --values/],
    [['--values={"a":"hunter2","a":"hunter3"}'], /"a" is in the JSON twice/],
    [['--values=a: hunter2\na: hunter3'], /"a" is in the YAML twice/],
    [['--values={"a":{"b":{"c":"hunter2"}},"d":["hunter2"]}'], /nested data at "a"\."b"\."c", "d"\[0\]/],
    [['--values=a:\n  b: hunter2'], /nested data at "a"\."b"/],
    [['--values={"a":null}'], /"a" is null/],
    [['--values=a:'], /"a" is null/],
    [['--values=a: &x hunter2\nb: *x'], /anchor at line 1/],
    [['--values=a: !!int hunter2'], /tag at line 1/],
    [['--values=<<: hunter2'], /merge key/],
    [['--values=a: {{ b.hunter2 }}'], /without quotes/],
    [['--values=hunter2'], /a single text/],
    [['--values=- hunter2'], /a list/],
    [['--values='], /empty/],
    [['--values={"a":"hunter2"'], /not valid JSON at line 1, column \d+/],
    [['--values={"a":"hunter2" "b":1}'], /not valid JSON at line 1, column 16/],
    [['--values=a: "hunter2'], /not valid YAML/],
    [['--a=@hunter2'], /--a: the file named behind @ does not exist/],
    [['--values=@missing'], /"missing" does not exist/],
    [['--a=@folder'], /--a: the file named behind @ is a folder/],
    [['--a=@'], /names no file/],
    [['--a=@-', '--b=@-'], /both read standard input/],
    [['--a=@random:hunter2'], /--a: what follows @random: is not known/],
    [['--a=@vault:32'], /--a: the form @WORD: is reserved/],
    [['--a=@hunter2:x'], /--a: the form @WORD: is reserved/],
    [['--1a=hunter2'], /key "1a" is not allowed/],
    [['--a/b=hunter2'], /key "a\/b" is not allowed/],
    [['--=hunter2'], /names nothing/],
    [['--password', 'hunter2'], /"--password" has no value/],
    [['hunter2'], /1 argument too many/],
    [[], /no value is given/],
    [['--scope=hunter2'], /--scope takes one of user, workspace/],
    [['--a={{', 'b.hunter2', '}}'], /split by the shell/],
    [['--interactive=hunter2'], /--interactive takes no value/],
    [['--replace'], /"?--replace"? is a reserved word/],
    [['-i'], /-i needs a terminal/],
  ]
  for (const [argv, message] of cases) {
    await refused(home, ['secret', 'create', 's', ...argv], 2, message)
    assert.doesNotMatch(
      (await home.run(['secret', 'create', 's', ...argv])).stderr.replace(/"--b\.hunter2"/, ''),
      /hunter\d/,
      argv.join(' '),
    )
  }
  assert.equal((await home.ok('secret list --json')).stdout, '{\n  "items": []\n}\n')
})

test('a large file is refused without being read, and a large value by its key', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'five'), 'x'.repeat(5 * 1024 * 1024))
  writeFileSync(join(home.folder, 'two'), 'x'.repeat(2 * 1024 * 1024))
  symlinkSync('/dev/zero', join(home.folder, 'zero'))
  await refused(home, ['secret', 'create', 's', '--a=@five'], 2, /the file named behind @ is larger than 4 MiB/)
  await refused(home, ['secret', 'create', 's', '--a=@zero'], 2, /the file named behind @ is larger than 4 MiB/)
  await refused(home, ['secret', 'create', 's', '--a=@two'], 2, /value of "a" is larger than 1 MiB/)
})

test('bad names are refused, and a prefix of a name is not the name', async () => {
  using home = new TestHome()
  await created(home, 'mlflow_secret', '--a=1')
  await refused(home, ['secret', 'get', 'mlflow'], 3, /no secret "mlflow"/)
  await refused(home, ['secret', 'get', 'mlflow_secret', 'b'], 3, /"b"/)
  await refused(home, ['secret', 'create', 'a b', '--a=1'], 2, /name "a b" is not allowed/)
  await refused(home, ['secret', 'create', '0198c0de-0000-7000-8000-000000000000', '--a=1'], 2, /shaped like an id/)
  await refused(home, ['secret', 'create', 'mlflow_secret', '--a=2'], 6, /mlflow_secret/)
})

test('a list is filtered, sorted and cut', async () => {
  using home = new TestHome()
  await created(home, 'ab', '--k=1', '--label', 'team=risk')
  await created(home, 'ab_c', '--k=1', '--scope', 'workspace')
  await created(home, 'zab', '--other=1')
  const names = async (...argv: string[]): Promise<string[]> => {
    const ran = await home.run(['secret', 'list', '--json', ...argv])
    assert.equal(ran.code, 0, ran.stderr)
    const { items } = JSON.parse(ran.stdout) as { items: { name: string }[] } // asserted by each use
    return items.map(({ name }) => name)
  }
  assert.deepEqual(await names('--sort', '-name'), ['zab', 'ab_c', 'ab'])
  assert.deepEqual(await names('--name', 'ab'), ['ab'])
  assert.deepEqual(await names('--name', 'ab*'), ['ab', 'ab_c'])
  assert.deepEqual(await names('--contains', 'b_'), ['ab_c'])
  assert.deepEqual(await names('--scope=workspace'), ['ab_c'])
  assert.deepEqual(await names('--key', 'other'), ['zab'])
  assert.deepEqual(await names('--label', 'team=risk'), ['ab'])
  assert.deepEqual(await names('--created-before', '2020-01-01'), [])
  assert.deepEqual(await names('--updated-after', '2020-01-01T00:00:00Z', '--limit', '2'), ['ab', 'ab_c'])
  assert.match((await home.ok('secret list --limit 1')).stderr, /more than 1/)
  assert.equal(
    (await home.ok('secret list --created-before 2020-01-01')).stdout,
    'NAME  SCOPE  VERSION  KEYS  UPDATED\n',
  )
  await refused(home, ['secret', 'list', '--created-after', 'yesterday'], 2, /is no time/)
  await refused(home, ['secret', 'list', '--sort', 'nmae'], 2, /--sort takes one of/)
})

test('an export to a file is private, new, and reads back', async () => {
  using home = new TestHome()
  await created(home, 's', '--user=admin', '--pem=a\nb\n')
  await home.ok('secret export s --file out.env')
  assert.equal(statSync(join(home.folder, 'out.env')).mode & 0o777, 0o600)
  assert.equal(readFileSync(join(home.folder, 'out.env'), 'utf8'), `pem='a\nb\n'\nuser=admin\n`)
  await refused(home, ['secret', 'export', 's', '--file', 'out.env'], 6, /"out.env" exists/)
  await home.ok('secret export s --file out.env -o json --yes')
  await created(home, 't', '--values=@out.env')
  assert.equal(await valueOf(home, 't', 'pem'), 'a\nb\n')
  await home.ok('secret export s -o yaml --file out.yaml')
  await created(home, 'u', '--values=@out.yaml')
  assert.equal(await valueOf(home, 'u', 'pem'), 'a\nb\n')
})

test('a rename and a delete go by exact name', async () => {
  using home = new TestHome()
  await created(home, 's', '--a=1')
  assert.match((await home.ok('secret rename s t')).stderr, /renamed secret "s" to "t"/)
  assert.match((await home.ok('secret delete t')).stderr, /deleted secret "t" \(scope user\): a/)
  await refused(home, ['secret', 'delete', 't'], 3, /no secret "t"/)
})

test('with JSON a failure is one object on standard error', async () => {
  using home = new TestHome()
  const ran = await home.run(['secret', 'get', 'nothing', '-o', 'json'])
  assert.equal(ran.code, 3)
  assert.match(ran.stderr, /^\{"code":"secret_not_found",/)
  assert.equal(ran.stderr.trim().split('\n').length, 1)
  const usage = await home.run(['secret', 'get', '--json'])
  assert.match(usage.stderr, /^\{"code":"usage",/)
})

test('prompts ask for keys and values, and nothing typed for a value shows', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'f'), 'from file')
  const ran = await home.run(['secret', 'create', 's', '-i'], {
    terminal: true,
    stdin: 'user\radmin\rpasswordd\u007f\rhunt\u007ft\u0015hunter2\rpem\r\u001b[200~a\rb\r\u001b[201~\rfile\r@f\r\ry\r',
  })
  assert.equal(ran.code, 0, ran.stderr)
  assert.match(ran.stderr, /Store user, password, pem, file\?/)
  assert.doesNotMatch(ran.stderr, /admin|hunter2|from file/)
  for (const [key, value] of Object.entries({ user: 'admin', password: 'hunter2', pem: 'a\nb\n', file: 'from file' }))
    assert.equal(await valueOf(home, 's', key), value)
})

test('Ctrl-C at a prompt writes nothing and ends with 130', async () => {
  using home = new TestHome()
  const ran = await home.run(['secret', 'create', 's', '-i'], {
    terminal: true,
    stdin: 'user\radmin\rpassword\rhunt\u0003',
  })
  assert.equal(ran.code, 130)
  assert.equal((await home.ok('secret list --json')).stdout, '{\n  "items": []\n}\n')
})

test('a value on the command line of a terminal brings one warning, unless it is plain or from a file', async () => {
  using home = new TestHome()
  writeFileSync(join(home.folder, 'f'), 'x')
  const warned = await home.run(['secret', 'create', 'a', '--k=v', '--l=w'], { terminal: true })
  assert.equal(warned.stderr.match(/history/g)?.length, 1)
  for (const argv of [['--k=@f'], ['--plain', 'k', '--k=v']])
    assert.doesNotMatch((await home.run(['secret', 'set', 'b', ...argv], { terminal: true })).stderr, /history/)
  assert.doesNotMatch((await home.ok('secret create c --k=v')).stderr, /history/)
})
