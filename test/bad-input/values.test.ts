/** Values and keys that nobody should have to think about, and those that cannot be kept. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'
import { assertIntact, assertRefused, PLANTED } from './refusal.ts'

const pem = `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----\n`

test('odd values and odd keys come back as they were given', async () => {
  await using home = await emptyHome()
  const values: readonly (readonly [string, string])[] = [
    ['zeros', '00123'],
    ['exponent', '1e5'],
    ['empty', ''],
    ['equals', 'a=b=c'],
    ['dash', '-x'],
    ['braces', '{{ a.b }}'],
    ['pem', pem],
    ['no-proxy', '*'],
    ['__proto__', 'own'],
    ['constructor', 'own too'],
    ['name', 'n'],
    ['help', 'h'],
    ['scope', 'team'],
  ]
  const words = values.map(([key, value]) => `'--${key}=${value}'`).join(' ')
  const created = await home.shell(`sotto secret create odd -- ${words}`)
  assert.equal(created.status, 0, created.stderr)
  for (const [key] of values) assert.match(created.stderr, new RegExp(`[ ,:]${key}[,\\n]`))
  const { stdout } = await home.shell('sotto secret get odd --reveal -o json')
  const read = JSON.parse(stdout) as { values: Record<string, { data: string }> } // what `secret get` documents
  assert.equal(Object.keys(read.values).length, values.length)
  for (const [key, value] of values)
    assert.equal(Object.entries(read.values).find(([name]) => name === key)?.[1].data, value)
  for (const key of ['pem', 'empty', '__proto__', 'help'])
    assert.equal((await home.shell(`sotto secret get odd ${key}`)).stdout, new Map(values).get(key), key)
  await assertRefused(home, { line: 'sotto secret get odd toString', status: 3, says: /no key "toString"\nnext:/ })
})

test('what JSON and YAML write without quotes is kept as it is written', async () => {
  await using home = await emptyHome()
  const text = '{"a":1e400,"b":true,"c":1.0,"d":"00123","e":""}'
  assert.equal((await home.shell(`sotto secret create json --values='${text}'`)).status, 0)
  const yaml = 'a: 00123\nb: yes\nc: 0x10\nd: 1e400\ne: 2024-01-01\n'
  assert.equal((await home.shell('sotto secret create yaml --values=@-', { input: yaml })).status, 0)
  const read = async (name: string): Promise<string> =>
    (await home.shell(`for k in a b c d e; do sotto secret get ${name} $k; echo; done`)).stdout
  assert.equal(await read('json'), '1e400\ntrue\n1.0\n00123\n\n')
  assert.equal(await read('yaml'), '00123\nyes\n0x10\n1e400\n2024-01-01\n')
})

test('a BOM and CRLF around --values are no part of it; in the file of a value they are kept, with one warning', async () => {
  await using home = await emptyHome()
  await writeFile(path.join(home.work, 'values.yaml'), '\ufeffa: one\r\nb: two\r\n')
  await writeFile(path.join(home.work, 'value.txt'), `\ufeff ${PLANTED}\r\n`)
  assert.equal((await home.shell('sotto secret create y --values=@values.yaml')).stderr.match(/warning/g), null)
  assert.equal((await home.shell('sotto secret get y b')).stdout, 'two')
  const kept = await home.shell('sotto secret create v --a=@value.txt --b=@value.txt')
  assert.equal(kept.stderr.match(/warning/g)?.length, 1, kept.stderr)
  assert.match(kept.stderr, /BOM, CRLF, line break at the end, blanks around.*--trim/)
  assert.equal((await home.shell('sotto secret get v a')).stdout, `\ufeff ${PLANTED}\r\n`)
  await home.shell('sotto secret create t --trim --a=@value.txt')
  assert.equal((await home.shell('sotto secret get t a')).stdout, PLANTED)
})

test('values that cannot be kept are refused, and no secret is made', async () => {
  await using home = await emptyHome()
  const create = 'sotto secret create bad'
  const values = (text: string): string => `${create} --values='${text}'`
  const refusals: readonly (readonly [string, number, RegExp])[] = [
    [`${create} --a=${PLANTED} --a=x`, 2, /"a" is given twice/],
    [`${create} --a=${PLANTED} --values='a: x'`, 2, /"a" is given twice: as --KEY= and in --values/],
    [values(`{"a":"${PLANTED}","a":"x"}`), 2, /"a" is in the JSON twice/],
    [values(`a: ${PLANTED}\na: x`), 2, /"a" is in the YAML twice/],
    [values(`a: &x ${PLANTED}\nb: *x`), 2, /YAML anchor at line 1, column \d/],
    [values(`a: !!binary ${PLANTED}`), 2, /YAML tag at line 1/],
    [values(`a: x\n---\nb: ${PLANTED}`), 2, /more than one YAML document/],
    [values(`<<: {a: ${PLANTED}}`), 2, /YAML merge key/],
    [values(`{"a":{"b":"${PLANTED}"}}`), 2, /nested data at "a"."b"/],
    [values(`{"a":["${PLANTED}"]}`), 2, /nested data at "a"\[0\]/],
    [values(`{"a":null,"b":"${PLANTED}"}`), 2, /"a" is null/],
    [values(`b: ${PLANTED}\na:`), 2, /"a" is null/],
    [values(`["${PLANTED}"]`), 2, /a list/],
    [values(PLANTED), 2, /a single text/],
    [values(`{"a":"${PLANTED}`), 2, /not valid JSON at line 1/],
    [values(`a: "${PLANTED}`), 2, /not valid YAML at line 1/],
    [values(''), 2, /empty/],
    [values('{}'), 2, /no value is given/],
    [`${create} --a ${PLANTED}`, 2, /"--a" has no value\nnext: write it with =/],
    [`${create} a=${PLANTED}`, 2, /1 argument too many/],
    [`${create} --=${PLANTED}`, 2, /names nothing/],
    [`${create} --scope=${PLANTED}`, 2, /--scope takes one of user, workspace\nnext: .*-- --scope=VALUE/],
    [`${create} --help=${PLANTED}`, 2, /--help takes no value\nnext: .*-- --help=VALUE/],
    [`${create} --a=@vault:${PLANTED}`, 2, /--a: the form @WORD: is reserved/],
    [`${create} --a=@random:${PLANTED}`, 2, /--a: what follows @random: is not known/],
    [`${create} --a=@- --b=@-`, 2, /--a and --b both read standard input/],
    [`${create} -i`, 2, /-i needs a terminal/],
    [`${create} -i <&-`, 2, /-i needs a terminal/],
    [`${create} --values=@- <&-`, 2, /standard input: empty/],
    [create, 2, /no value is given/],
  ]
  for (const [line, status, says] of refusals) await assertRefused(home, { line, status, says })
  assert.deepEqual(await assertIntact(home), [])
})

test('a value of 5 MiB is refused by every door before it is read whole', async () => {
  await using home = await emptyHome()
  const large = `${PLANTED}${'a'.repeat(5 * 1024 * 1024)}`
  await writeFile(path.join(home.work, 'large.txt'), large)
  await writeFile(path.join(home.work, 'mib.txt'), 'a'.repeat(1024 * 1024))
  await writeFile(path.join(home.work, 'more.txt'), 'a'.repeat(1024 * 1024 + 1))
  const create = 'sotto secret create large'
  const lines = [
    '--a=@large.txt',
    '--a=@- <large.txt',
    '--values=@large.txt',
    '--a=@base64:large.txt',
    '--a=@/dev/zero',
  ]
  for (const line of lines)
    await assertRefused(home, { line: `${create} ${line}`, status: 2, says: /is larger than 4 MiB/ })
  await assertRefused(home, { line: `${create} --a=@more.txt`, status: 2, says: /"a" is larger than 1 MiB/ })
  // The kernel refuses it before we run: the shell says so.
  assert.equal((await home.shell(`${create} --a="$(cat large.txt)"`)).status, 126)
  assert.equal((await home.shell(`${create} --a=@mib.txt`)).status, 0)
  assert.deepEqual(await assertIntact(home), ['large'])
})

test('files that cannot be read are told together, by their keys and reasons: a name may be a value that begins with @', async () => {
  await using home = await emptyHome()
  await mkdir(path.join(home.work, 'folder'))
  const { stderr } = await assertRefused(home, {
    line: `sotto secret create bad --a=@${PLANTED} --b=@folder --c=@missing/x --d=x`,
    status: 2,
    says: /^error: 3 files cannot be read$/m,
  })
  assert.match(stderr, /--a: .* does not exist\n.*--b: .* is a folder\n.*--c: .* does not exist\nnext: .*@@/)
  for (const given of ['--a=@missing', '--values=@missing', '--a=@base64:missing'])
    await assertRefused(home, { line: `sotto secret create bad ${given}`, status: 2, says: /does not exist/ })
  assert.deepEqual(await assertIntact(home), [])
})

test('a named pipe is read to its end', async () => {
  await using home = await emptyHome()
  spawnSync('mkfifo', [path.join(home.work, 'pipe')])
  const { status } = await home.shell(
    `timeout 20 sh -c 'printf ${PLANTED} >pipe' & sotto secret create piped --a=@pipe`,
  )
  assert.equal(status, 0)
  assert.equal((await home.shell('sotto secret get piped a')).stdout, PLANTED)
})
