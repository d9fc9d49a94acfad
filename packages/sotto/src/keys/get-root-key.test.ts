import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { isSottoError } from '@sotto/sdk/model'
import { chooseRootKeyProvider, getRootKey } from './get-root-key.ts'
import type { RootKeyOptions } from './get-root-key.ts'
import { systemRandom } from './random.ts'
import type { RootKey } from './root-key.ts'
import { folderOf, keyFile, keyText, rootKeyOf, withCode } from './testing.ts'

const isRoot = process.geteuid?.() === 0
const nobody = 65_534

function optionsOf(defaultFile: string, other: Partial<RootKeyOptions> = {}): RootKeyOptions {
  return { env: {}, defaultFile, storeExists: false, random: systemRandom, ...other }
}

async function get(defaultFile: string, other: Partial<RootKeyOptions> = {}): Promise<RootKey> {
  return await getRootKey(optionsOf(defaultFile, other))
}

test('the first use makes a key file of mode 0600 in a folder of mode 0700, later uses read it', async (t) => {
  const path = join(folderOf(t), 'state', 'sotto', 'root.key')
  const first = await get(path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.match(readFileSync(path, 'latin1'), /^[0-9a-f]{64}\n$/)
  assert.deepEqual(readdirSync(join(path, '..')), ['root.key'], 'no temporary file stays')
  assert.equal(first.kind, 'file')
  assert.equal(first.origin, path)
  assert.equal((await get(path)).id, first.id)
  assert.equal((await get(path, { storeExists: true })).id, first.id)
})

test('the mode is 0600 under any umask', (t) => {
  for (const umask of [0o000, 0o777, 0o277]) {
    const path = join(folderOf(t), 'root.key')
    const before = process.umask(umask)
    try {
      void chooseRootKeyProvider(optionsOf(path)).get()
    } finally {
      process.umask(before)
    }
    assert.equal(statSync(path).mode & 0o777, 0o600)
  }
})

test('a store that exists never gets a new key', async (t) => {
  const path = join(folderOf(t), 'root.key')
  await assert.rejects(
    get(path, { storeExists: true }),
    (error: unknown) =>
      isSottoError(error, 'key_missing') && error.message.includes(path) && !error.hint?.includes('openssl'),
  )
  assert.ok(!existsSync(path))
})

test('SOTTO_ROOT_KEY_FILE is read and never made', async (t) => {
  const path = join(folderOf(t), 'root.key')
  const env = { SOTTO_ROOT_KEY_FILE: path }
  await assert.rejects(
    get('/nowhere', { env }),
    (error: unknown) =>
      isSottoError(error, 'key_missing') && error.message.includes(path) && error.hint?.includes('openssl') === true,
  )
  assert.ok(!existsSync(path))
  keyFile(join(path, '..'))
  assert.equal((await get('/nowhere', { env })).id, rootKeyOf(keyText).id)
})

test('SOTTO_ROOT_KEY is read, and no file is touched', async () => {
  for (const text of [keyText, `${keyText}\n`, Buffer.from(keyText, 'hex').toString('base64')]) {
    const rootKey = await get('/nowhere', { env: { SOTTO_ROOT_KEY: text } })
    assert.deepEqual([rootKey.id, rootKey.kind, rootKey.origin], [rootKeyOf(keyText).id, 'env', 'SOTTO_ROOT_KEY'])
  }
})

test('a malformed key is refused without telling it', async (t) => {
  const told = (error: unknown): boolean =>
    isSottoError(error, 'key_malformed') && !(JSON.stringify(error) + error.stack).includes('89abcdef')
  for (const text of ['', keyText.slice(1), `${keyText}ff`, `'${keyText}'`, `${keyText}\n\n`, keyText.repeat(50)]) {
    await assert.rejects(get('/nowhere', { env: { SOTTO_ROOT_KEY: text } }), told, JSON.stringify(text))
    const path = keyFile(folderOf(t), { content: text })
    await assert.rejects(get(path), told, `file ${JSON.stringify(text)}`)
    assert.equal(readFileSync(path, 'latin1'), text, 'it is left as it is')
  }
})

test('two variables at once, and empty ones, are refused', async () => {
  await assert.rejects(
    get('/nowhere', { env: { SOTTO_ROOT_KEY: keyText, SOTTO_ROOT_KEY_FILE: '/x' } }),
    withCode('key_malformed'),
  )
  await assert.rejects(get('/nowhere', { env: { SOTTO_ROOT_KEY_FILE: '' } }), withCode('key_malformed'))
})

test('a provider tells where the key is', () => {
  assert.equal(chooseRootKeyProvider(optionsOf('/a/root.key')).describe(), '/a/root.key')
  assert.equal(
    chooseRootKeyProvider(optionsOf('/a/root.key', { env: { SOTTO_ROOT_KEY: keyText } })).describe(),
    'SOTTO_ROOT_KEY',
  )
})

test('a link that leads nowhere is missing, and no key is written through it', async (t) => {
  const folder = folderOf(t)
  const path = join(folder, 'root.key')
  symlinkSync(join(folder, 'elsewhere'), path)
  await assert.rejects(get(path), withCode('key_missing'))
  assert.ok(lstatSync(path).isSymbolicLink())
  assert.deepEqual(readdirSync(folder), ['root.key'])
})

test('what is no regular file is refused without waiting', async (t) => {
  const folder = folderOf(t)
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', ['-m', '600', pipe])
  await assert.rejects(get(pipe), withCode('key_malformed'))
  await assert.rejects(get(folder), withCode('key_malformed'))
})

test('a path through a file cannot be used', async (t) => {
  const path = join(keyFile(folderOf(t)), 'root.key')
  await assert.rejects(
    get(path),
    (error: unknown) => isSottoError(error, 'key_missing') && error.details['reason'] === 'ENOTDIR',
  )
})

// The next tests run the real thing in processes of their own.
const program = `
  import { getRootKey } from ${JSON.stringify(new URL('./get-root-key.ts', import.meta.url).href)}
  import { systemRandom } from ${JSON.stringify(new URL('./random.ts', import.meta.url).href)}
  const [, defaultFile, startMs] = process.argv
  while (Date.now() < Number(startMs)) {}
  await getRootKey({ env: {}, defaultFile, storeExists: false, random: systemRandom }).then(
    (rootKey) => console.log(rootKey.id),
    (error) => console.log(error.code, error.details?.reason),
  )`

async function runProgram(
  path: string,
  { startMs = 0, userId }: { startMs?: number; userId?: number } = {},
): Promise<string> {
  const flags = ['--conditions=sotto-source', '--input-type=module', '--eval', program, '--', path, String(startMs)]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    flags,
    userId === undefined ? {} : { uid: userId, gid: userId },
  )
  return stdout.trim()
}

test('eight first uses at the same moment agree on one key', async (t) => {
  for (let round = 0; round < 3; round++) {
    const path = join(folderOf(t), 'state', 'sotto', 'root.key')
    const startMs = Date.now() + 1500
    const ids = await Promise.all(Array.from({ length: 8 }, async () => await runProgram(path, { startMs })))
    assert.match(ids[0] ?? '', /^[0-9a-f]{16}$/)
    assert.deepEqual(new Set(ids), new Set([(await get(path)).id]))
    assert.deepEqual(readdirSync(join(path, '..')), ['root.key'])
  }
})

test('a folder we may not write is named with the reason; a file we may not read never leads to a new one', async (t) => {
  const folder = folderOf(t)
  const userId = isRoot ? nobody : undefined
  chmodSync(folder, 0o555)
  assert.equal(await runProgram(join(folder, 'root.key'), userId === undefined ? {} : { userId }), 'key_missing EACCES')
  assert.deepEqual(readdirSync(folder), [])
  chmodSync(folder, 0o777)
  const path = keyFile(folder, { mode: 0o000 })
  assert.equal(await runProgram(path, userId === undefined ? {} : { userId }), 'key_missing EACCES')
  assert.equal(statSync(path).size, 65)
})
