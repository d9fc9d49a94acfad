/** Keys that are wrong and places that cannot be written: nothing in the store changes. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, copyFile, cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome, root } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'
import { assertClean, assertIntact, assertRefused, PLANTED, storeDigest } from './refusal.ts'

const create = `sotto secret create new --a=${PLANTED}`

test('a root key that is missing, malformed, another or open to others changes nothing', async () => {
  await using home = await emptyHome()
  assert.equal((await home.shell(`sotto secret create kept --a=${PLANTED}`)).status, 0)
  const key = path.join(home.folder, 'sotto/root.key')
  await copyFile(key, path.join(home.folder, 'copy.key'))
  await chmod(path.join(home.folder, 'copy.key'), 0o644)
  await mkdir(path.join(home.work, 'tree/.git'), { recursive: true })
  await copyFile(key, path.join(home.work, 'tree/root.key'))
  const before = await storeDigest(home)
  const other = randomBytes(32).toString('hex')
  const variables: readonly (readonly [string, RegExp])[] = [
    [`SOTTO_ROOT_KEY=${other}`, /from SOTTO_ROOT_KEY has the id [0-9a-f]+; this store opens with/],
    ['SOTTO_ROOT_KEY=xyz', /SOTTO_ROOT_KEY is not a root key/],
    ['SOTTO_ROOT_KEY=', /SOTTO_ROOT_KEY is set but empty/],
    ['SOTTO_ROOT_KEY_FILE=/nowhere/root.key', /no root key at \/nowhere\/root.key/],
    [`SOTTO_ROOT_KEY_FILE=${home.work}`, /is not a root key: it is not a regular file/],
    ['SOTTO_ROOT_KEY_FILE=/dev/zero', /is not a root key: it is not a regular file/],
    [`SOTTO_ROOT_KEY_FILE=${home.folder}/copy.key`, /may be used by others \(mode 0644\)\.\nnext: chmod 600/],
    [`SOTTO_ROOT_KEY_FILE=${home.work}/tree/root.key`, /lies in the git work tree/],
  ]
  for (const [variable, says] of variables)
    for (const line of [create, 'sotto secret get kept a']) {
      const { stderr } = await assertRefused(home, { line: `${variable} ${line}`, status: 1, says })
      assert.ok(!stderr.includes(other))
    }
  assert.equal(await storeDigest(home), before)

  await rename(key, `${key}.away`)
  await assertRefused(home, { line: create, status: 1, says: /no root key at .*root\.key/ })
  await writeFile(key, 'not a key', { mode: 0o600 })
  await assertRefused(home, { line: create, status: 1, says: /is not a root key/ })
  await rename(`${key}.away`, key)
  assert.equal(await storeDigest(home), before)
  assert.deepEqual(await assertIntact(home), ['kept'])
})

test('a store that would lie in a git work tree or where everybody may write is not begun', async () => {
  await using home = await emptyHome()
  await mkdir(path.join(home.work, 'tree/.git'), { recursive: true })
  await mkdir(path.join(home.work, 'open'))
  await chmod(path.join(home.work, 'open'), 0o777)
  await mkdir(path.join(home.work, 'group'))
  await chmod(path.join(home.work, 'group'), 0o775)
  await writeFile(path.join(home.work, 'file'), '')
  const places: readonly (readonly [string, RegExp])[] = [
    [`${home.work}/tree/sotto`, /lies in the git work tree/],
    [`${home.work}/open`, /where everybody may exchange files/],
    [`${home.work}/group`, /where its group may exchange files/],
    [`${home.work}/file`, /file/],
    ['/proc/sotto', /the store \/proc\/sotto\/store.db cannot be opened or made/],
  ]
  for (const [place, says] of places)
    await assertRefused(home, { line: `SOTTO_HOME=${place} timeout -s KILL 10 ${create}`, status: 1, says })
  assert.ok(!(await readdir(path.join(home.work, 'open'))).includes('store.db'))
})

test('a command to copy runs nothing else, whatever a folder is called', async () => {
  await using home = await emptyHome()
  const folder = path.join(home.work, "a'; touch pwned; '$(touch pwned)")
  await mkdir(folder)
  for (const [file, mode] of [
    ['.', 0o777],
    ['root.key', 0o644],
    ['store.db', 0o644],
  ] as const) {
    await chmod(path.join(folder, file), mode)
    const env = { SOTTO_HOME: folder }
    const { stderr } = await home.shell(create, { env })
    const hint = /^next: (.*)$/m.exec(stderr)?.[1] ?? ''
    // Up to the words that may stand behind the command.
    const command = hint.replace(/(, or |; for a ).*$/, '')
    assert.match(command, /^chmod /, stderr)
    assert.equal((await home.shell(command)).status, 0, command)
    assert.ok(!(await readdir(home.work)).includes('pwned'), command)
    assert.equal(
      (await home.shell(file === '.' ? create : 'sotto secret list', { env })).status,
      0,
      'the command mends it',
    )
  }
})

/** The program in a folder that another account can read; the checkout's own may be closed to it. */
async function installFor(home: Home): Promise<string> {
  const folder = path.join(home.folder, 'program')
  await cp(path.join(root, 'packages/sotto/dist'), folder, { recursive: true })
  await chmod(home.folder, 0o755)
  await chmod(home.work, 0o755)
  return `setpriv --reuid 65534 --clear-groups '${process.execPath}' -- '${folder}/sotto.cjs'`
}

const isRoot = process.getuid?.() === 0 && spawnSync('sh', ['-c', 'setpriv --version']).status === 0
const skip = isRoot ? false : 'not run: another account needs root and setpriv'

test('a folder that this account may not write, and a file that it may not read, are named', { skip }, async (t) => {
  await using home = await emptyHome()
  const other = await installFor(home)
  if (spawnSync('sh', ['-c', `${other} --version`]).status !== 0) {
    t.skip('not run: another account cannot reach this Node')
    return
  }
  await home.shell(`sotto secret create kept --a=${PLANTED}`)
  await writeFile(path.join(home.work, 'closed.txt'), PLANTED, { mode: 0o600 })
  const mine = path.join(home.work, 'mine')
  await mkdir(mine)
  await chown(mine, 65534, 65534)
  const cases: readonly (readonly [string, number, string, RegExp])[] = [
    [`${home.folder}/sotto`, 2, 'secret list', /contexts\.json" cannot be read: this user has no access/],
    [`${home.work}/none`, 1, 'secret create a --a=x', /cannot be opened or made: this user has no access/],
    [mine, 2, 'secret create a --a=@closed.txt', /--a: .*may not be read by this user/],
  ]
  for (const [place, status, words, says] of cases)
    await assertRefused(home, { line: `SOTTO_HOME=${place} ${other} ${words}`, status, says })

  assert.equal((await home.shell(`SOTTO_HOME=${mine} ${other} secret create a --a=${PLANTED}`)).status, 0)
  await chmod(mine, 0o500)
  const says = /could not be written: .*\nnext: make the folder writable/
  for (const words of [`secret create b --a=${PLANTED}`, 'secret get a a'])
    await assertRefused(home, { line: `SOTTO_HOME=${mine} ${other} ${words}`, status: 1, says })
  await chmod(mine, 0o700)
  assert.equal((await home.shell(`SOTTO_HOME=${mine} ${other} secret get a a`)).stdout, PLANTED)
})

test('a full disk stops the write and nothing else', async () => {
  await using home = await emptyHome()
  await home.shell('sotto secret create kept --a=x')
  await writeFile(path.join(home.work, 'large.txt'), PLANTED + 'a'.repeat(900_000))
  // In blocks of 512 bytes: enough for what is there, and not for what comes.
  const { size } = await stat(path.join(home.folder, 'sotto/store.db'))
  const limit = `ulimit -f ${String(Math.ceil(size / 512) + 200)}`
  await assertRefused(home, {
    line: `${limit}; sotto secret create large --a=@large.txt`,
    status: 1,
    says: /store\.db could not be written.*\nnext: .*space.*nothing was changed/,
  })
  assert.deepEqual(await assertIntact(home), ['kept'])
  // The first use of all, too: what it leaves can be used afterwards.
  const env = { SOTTO_HOME: path.join(home.work, 'second') }
  await assertRefused(home, {
    line: `ulimit -f 20; sotto secret create large --a=@large.txt`,
    status: 1,
    says: /could not be written/,
    env,
  })
  assert.equal((await home.shell('sotto secret create large --a=@large.txt', { env })).status, 0)
  assert.deepEqual(await assertIntact(home, env), ['large'])
})

test('ten first uses at the same moment agree on one store and lose nothing', async () => {
  await using home = await emptyHome()
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, index) => home.shell(`sotto secret create s${String(index)} --a=${PLANTED}`)),
  )
  for (const outcome of made) {
    assert.equal(outcome.status, 0, outcome.stderr)
    assertClean(outcome, 'create')
  }
  assert.equal((await assertIntact(home)).length, 10)
  assert.deepEqual(
    (await readdir(path.join(home.folder, 'sotto'))).filter((name) => name.startsWith('.')),
    [],
  )
})

test('a command that is killed while it writes leaves the whole secret or none of it', async () => {
  await using home = await emptyHome()
  await home.shell('sotto secret create kept --a=x')
  await writeFile(path.join(home.work, 'large.txt'), PLANTED + 'a'.repeat(900_000))
  let told = 0
  for (let index = 0; index < 8; index += 1) {
    const args = ['secret', 'create', `s${String(index)}`, '--a=@large.txt', '--b=@large.txt']
    const child = spawn(path.join(root, 'bin/sotto'), args, {
      cwd: home.work,
      env: home.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), 60 + index * 20)
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
    await once(child, 'close')
    clearTimeout(timer)
    if (words.includes('created secret')) told += 1
  }
  const names = await assertIntact(home)
  assert.ok(names.length - 1 >= told, 'what was told as created is there')
  for (const name of names.filter((each) => each !== 'kept')) {
    const { stdout } = await home.shell(`sotto secret get ${name} b | wc -c`)
    assert.equal(stdout.trim(), String(PLANTED.length + 900_000))
  }
  await rm(path.join(home.work, 'large.txt'))
})
