import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { getRootKey } from './get-root-key.ts'
import type { RootKeyOptions } from './get-root-key.ts'
import { systemRandom } from './random.ts'
import type { RootKey } from './root-key.ts'
import { folderOf, keyFile, keyText, rootKeyOf, withCode } from './testing.ts'

const isRoot = process.geteuid?.() === 0

async function get(defaultFile: string, other: Partial<RootKeyOptions> = {}): Promise<RootKey> {
  return await getRootKey({ env: {}, defaultFile, storeExists: false, random: systemRandom, ...other })
}

test('a file that others may use is refused', async (t) => {
  for (const mode of [0o640, 0o604, 0o620, 0o644, 0o666, 0o601]) {
    const path = keyFile(folderOf(t), { mode })
    await assert.rejects(
      get(path),
      (error: unknown) => isSottoError(error, 'key_insecure') && error.hint?.startsWith(`chmod 600 ${path}`) === true,
      mode.toString(8),
    )
  }
  for (const mode of [0o600, 0o400, 0o700])
    assert.equal((await get(keyFile(folderOf(t), { mode }))).id, rootKeyOf(keyText).id)
})

test('no other file gets a hint to change its mode', async (t) => {
  const isAdvised = async (env: Record<string, string>): Promise<boolean> => {
    try {
      await get('/nowhere', { env })
    } catch (error) {
      assert.ok(isSottoError(error), String(error))
      assert.ok(['key_insecure', 'key_malformed'].includes(error.code), error.code)
      return /chmod|chown/.test(error.hint ?? '')
    }
    return assert.fail('it was taken')
  }
  for (const path of ['/etc/passwd', '/dev/null', '/etc', '/bin/sh']) {
    assert.equal(await isAdvised({ SOTTO_ROOT_KEY_FILE: path }), false, path)
    assert.equal(await isAdvised({ SOTTO_PASSPHRASE_FILE: path }), false, path)
  }
  const path = keyFile(folderOf(t), { content: 'correct horse battery staple\n', mode: 0o644 })
  assert.equal(await isAdvised({ SOTTO_ROOT_KEY_FILE: path }), false, 'a passphrase is no root key')
  assert.equal(await isAdvised({ SOTTO_PASSPHRASE_FILE: path }), true)
  assert.equal(await isAdvised({ SOTTO_ROOT_KEY_FILE: keyFile(folderOf(t), { mode: 0o644 }) }), true)
})

test('a folder that cannot be made is told at once', { skip: process.platform !== 'linux' }, async () => {
  for (const path of ['/proc/sotto/a/root.key', '/proc/self/fd/sotto/root.key'])
    await assert.rejects(get(path), withCode('key_missing'), path)
})

test(
  'a file of another account is refused; one of root may let our group read it',
  { skip: isRoot ? false : 'needs root to give files away' },
  async (t) => {
    const folder = folderOf(t)
    const path = keyFile(folder)
    const userId = 12_345
    assert.equal((await get(path, { userId })).id, rootKeyOf(keyText).id, 'of root, 0600')
    chmodSync(path, 0o640)
    assert.equal((await get(path, { userId })).id, rootKeyOf(keyText).id, 'of root, 0640')
    for (const mode of [0o644, 0o660, 0o641]) {
      chmodSync(path, mode)
      await assert.rejects(get(path, { userId }), withCode('key_insecure'))
    }
    chmodSync(path, 0o600)
    chownSync(path, 4242, 4242)
    await assert.rejects(
      get(path, { userId }),
      (error: unknown) => isSottoError(error, 'key_insecure') && error.message.includes('user 4242'),
    )
    await assert.rejects(get(path), withCode('key_insecure'))
  },
)

test('a file in a git work tree is refused, and none is made there', async (t) => {
  const folder = folderOf(t)
  execFileSync('git', ['init', '--quiet', folder])
  const path = join(folder, 'config', 'sotto', 'root.key')
  const told = (error: unknown): boolean =>
    isSottoError(error, 'key_insecure') && error.message.includes(`git work tree ${folder}`)
  await assert.rejects(get(path), told)
  assert.ok(!existsSync(join(folder, 'config')), 'no folder is made either')
  mkdirSync(join(path, '..'), { recursive: true })
  keyFile(join(path, '..'))
  await assert.rejects(get(path), told)
  await assert.rejects(get('/nowhere', { env: { SOTTO_ROOT_KEY_FILE: path } }), told)
})

test('a linked work tree, whose .git is a file, counts too', async (t) => {
  const folder = folderOf(t)
  writeFileSync(join(folder, '.git'), 'gitdir: /elsewhere\n')
  await assert.rejects(get(join(folder, 'root.key')), withCode('key_insecure'))
})

test('a symbolic link is judged by the file it leads to', async (t) => {
  const [repository, outside] = [folderOf(t), folderOf(t)]
  mkdirSync(join(repository, '.git'))
  const link = join(outside, 'link.key')
  symlinkSync(keyFile(repository), link)
  await assert.rejects(get(link), withCode('key_insecure'), 'into a work tree')
  const mounted = join(repository, 'mounted.key')
  symlinkSync(keyFile(outside), mounted)
  assert.equal((await get(mounted)).id, rootKeyOf(keyText).id, 'out of it, as a mounted secret is')
  chmodSync(join(outside, 'root.key'), 0o644)
  await assert.rejects(get(mounted), withCode('key_insecure'), 'to a file that others may read')
})

test('a link into a work tree hides no folder below it', async (t) => {
  const [repository, outside] = [folderOf(t), folderOf(t)]
  mkdirSync(join(repository, '.git'))
  symlinkSync(repository, join(outside, 'state'))
  await assert.rejects(get(join(outside, 'state', 'sotto', 'root.key')), withCode('key_insecure'))
})

test('a folder where others may exchange files is refused, unless it is sticky', async (t) => {
  const folder = folderOf(t)
  const path = keyFile(folder)
  for (const mode of [0o777, 0o770, 0o775]) {
    chmodSync(folder, mode)
    await assert.rejects(get(path), withCode('key_insecure'), mode.toString(8))
    await assert.rejects(get(join(folder, 'other.key')), withCode('key_insecure'), mode.toString(8))
  }
  chmodSync(folder, 0o1777)
  assert.equal((await get(path)).id, rootKeyOf(keyText).id)
})
