/**
 * Goal: nobody else's compiled code runs in the program. Method: a cache that V8 takes, of another script of the same
 * length, put where the program's own lies; it tells of itself where it is run.
 */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, existsSync, globSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { emptyHome, root, runCommand } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'

const cli = join(root, 'packages/sotto/dist/cli.cjs')

/** V8 compares version, flags and the length of the text, and nothing else. */
async function plant(home: Home, place: string): Promise<void> {
  const program = `
    const [, cli, place] = process.argv
    const text = fs.readFileSync(cli, 'latin1')
    const own = text.slice(0, 19) + ';(function(){process.stdout.write("planted");return {}})//'
    const script = new vm.Script(own.padEnd(text.length, ' '), { filename: cli })
    script.runInThisContext()
    fs.writeFileSync(place, script.createCachedData())`
  const flags = ['--disable-warning=ExperimentalWarning', '--disable-sigusr1', '--report-exclude-env']
  const argv = [...flags, '--min-semi-space-size=16', '-e', program, '--', cli, place]
  const { status, stderr } = await runCommand(process.execPath, argv, { cwd: root, env: home.env })
  assert.equal(status, 0, stderr)
}

test('compiled code is taken from a closed file in a closed folder of ours, below one that others cannot write', async () => {
  await using home = await emptyHome()
  const own = join(home.folder, 'sotto')
  const run = async (): Promise<string> => (await home.shell('sotto secret list -o json')).stdout
  await run() // the first use makes the folder of the cache's folder
  const usual = await run()
  const [kept = ''] = globSync('cache/cli-*/secret list', { cwd: own })
  const place = join(own, kept)
  await plant(home, place)
  assert.equal(await run(), 'planted', 'the attack would work')

  chmodSync(place, 0o620)
  assert.equal(await run(), usual, 'a file that its group may write')
  // It makes its own again.
  await plant(home, place)
  chmodSync(place, 0o600)
  assert.equal(await run(), 'planted')
  for (const mode of [0o777, 0o770]) {
    chmodSync(own, mode)
    assert.equal(await run(), '', 'the folder above may be written by others: the store is refused, too')
    chmodSync(own, 0o700)
  }
  chmodSync(join(own, 'cache'), 0o750)
  assert.equal(await run(), usual, 'a folder that is open to others')
})

test('compiled code of another account is not taken', { skip: process.getuid?.() !== 0 && 'needs root' }, async () => {
  await using home = await emptyHome()
  await home.shell('sotto secret list')
  const usual = (await home.shell('sotto secret list -o json')).stdout
  const [kept = ''] = globSync('cache/cli-*/secret list', { cwd: join(home.folder, 'sotto') })
  const place = join(home.folder, 'sotto', kept)
  await plant(home, place)
  chownSync(place, 65534, 65534)
  assert.equal((await home.shell('sotto secret list -o json')).stdout, usual)
  assert.equal(statSync(place).uid, 0, 'ours lies there again')
})

test('a cache that cannot be made is done without, at once', async () => {
  await using home = await emptyHome()
  writeFileSync(join(home.work, 'file'), '')
  for (const place of ['/proc/a/b', '/proc', join(home.work, 'file')]) {
    const env = { SOTTO_HOME: undefined, XDG_CACHE_HOME: place }
    const { status } = await home.shell('timeout -s KILL 10 sotto --version', { env })
    assert.equal(status, 0, place)
  }
  const env = { SOTTO_HOME: undefined, XDG_CACHE_HOME: join(home.work, 'cache') }
  await home.shell('sotto secret list', { env })
  assert.ok(existsSync(join(home.work, 'cache/sotto')))
})
