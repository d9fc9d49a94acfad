/**
 * Goal: a backup or a restore that is killed leaves the store whole, and can be run again. Method: the real program is
 * killed at moments spread over the time that it takes; then the store must open with the state before or the one of
 * the backup, its audit must hold, and the next try must succeed.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome, root } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'

/** Not the variable of the crash test: a round here starts the program several times, and takes seconds. */
const rounds = Number(process.env['SOTTO_BACKUP_KILL_ROUNDS'] ?? 12)

/** Runs the program and kills it after that time. Gives whether it had ended by itself, and how long it ran. */
async function killed(home: Home, args: readonly string[], afterMs: number): Promise<{ ended: boolean; ms: number }> {
  const began = performance.now()
  const child = spawn(path.join(root, 'bin/sotto'), args, { cwd: home.work, env: home.env, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
  clearTimeout(timer)
  return { ended: signal === null, ms: performance.now() - began }
}

async function ok(home: Home, line: string): Promise<string> {
  const { status, stdout, stderr } = await home.shell(line)
  assert.equal(status, 0, `${line}: ${stderr}`)
  return stdout
}

async function storeWithBackup(home: Home): Promise<void> {
  await ok(home, 'sotto secret create crm --key=old')
  // Enough for a restore to have a middle.
  for (let index = 0; index < 4; index++) {
    const values = Array.from({ length: 200 }, (_, key) => `--k${String(key)}=${'x'.repeat(40)}`).join(' ')
    await ok(home, `sotto secret create many${String(index)} ${values}`)
  }
  await ok(home, 'sotto backup create b.stb')
  await ok(home, 'sotto secret update crm --key=new')
}

test('a restore that is killed at any moment leaves the old state or the new one', async () => {
  await using home = await emptyHome()
  await storeWithBackup(home)
  const args = ['backup', 'restore', 'b.stb', '--yes']
  const { ms } = await killed(home, args, 60_000)
  const seen = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    await ok(home, 'sotto secret update crm --key=new')
    const { ended } = await killed(home, args, (ms * (round + 0.5)) / rounds)
    const value = (await ok(home, 'sotto secret get crm key')).trim()
    assert.ok(value === 'new' || value === 'old', value)
    if (ended) assert.equal(value, 'old')
    seen.add(ended ? 'ended' : value)
    await ok(home, 'sotto audit verify')
  }
  assert.ok(seen.has('new'), 'none was killed before it replaced anything')
  await ok(home, 'sotto backup restore b.stb --yes')
  assert.equal((await ok(home, 'sotto secret get crm key')).trim(), 'old')
  const rests = readdirSync(home.env['SOTTO_HOME'] ?? '').filter((name) => /restoring|\.part/.test(name))
  assert.deepEqual(rests, [], 'what the killed ones left is cleared away')
})

test('a backup that is killed at any moment leaves no half of one under its name', async () => {
  await using home = await emptyHome()
  await storeWithBackup(home)
  const { ms } = await killed(home, ['backup', 'create', 'whole.stb'], 60_000)
  for (let round = 0; round < rounds; round++) {
    const name = `${String(round)}.stb`
    await killed(home, ['backup', 'create', name], (ms * (round + 0.5)) / rounds)
    if (readdirSync(home.work).includes(name)) await ok(home, `sotto backup verify ${name}`)
    else await ok(home, `sotto backup create ${name}`)
  }
  await ok(home, 'sotto audit verify')
})

test('a backup that is made while others write holds one moment: every state in it is whole', async () => {
  await using home = await emptyHome()
  await storeWithBackup(home)
  const writers = [0, 1].map(async (writer) => {
    for (let index = 0; index < 8; index++) {
      const [a, b] = [`w${String(writer)}a`, `w${String(writer)}b`]
      await home.shell(`sotto secret set ${a} --n=${String(index)} && sotto secret set ${b} --n=${String(index)}`)
    }
  })
  for (let index = 0; index < 4; index++) {
    await ok(home, `sotto backup create busy${String(index)}.stb`)
    await ok(home, `sotto backup verify busy${String(index)}.stb --deep`)
  }
  await Promise.all(writers)
  await ok(home, 'sotto audit verify')
})
