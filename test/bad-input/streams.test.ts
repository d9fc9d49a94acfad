/** Streams that are closed, full, or whose reader has gone: they change neither what is done nor what the exit code says. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome, root } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'
import { requirePart } from '../support/parts.ts'
import { assertClean, assertIntact, assertRefused, PLANTED } from './refusal.ts'

test('with any of the three streams closed a secret is written and read', async () => {
  await using home = await emptyHome()
  const closings = ['<&-', '>&-', '2>&-', '<&- >&- 2>&-']
  for (const [index, closing] of closings.entries()) {
    const { status } = await home.shell(`sotto secret create s${String(index)} --a=${PLANTED} ${closing}`)
    assert.equal(status, 0, closing)
    assert.equal((await home.shell(`sotto secret get s${String(index)} a`)).stdout, PLANTED, closing)
  }
  assert.equal((await home.shell('sotto secret get s0 a >&-')).status, 0)
  assert.equal((await home.shell('sotto secret get nope a 2>&-')).status, 3)
  assert.equal((await assertIntact(home)).length, closings.length)
})

/** Runs with a standard error that nobody reads any more. */
async function withoutReader(home: Home, args: readonly string[]): Promise<number | null> {
  const child = spawn(path.join(root, 'bin/sotto'), args, {
    cwd: home.work,
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child.stderr.destroy()
  const [code] = (await once(child, 'close')) as [number | null] // as node:child_process declares it
  return code
}

test('a warning that nobody reads does not stop the write it is about', async () => {
  await using home = await emptyHome()
  await writeFile(path.join(home.work, 'value.txt'), `${PLANTED}\n`)
  assert.equal(await withoutReader(home, ['secret', 'create', 'warned', '--a=@value.txt']), 0)
  assert.equal((await home.shell('sotto secret get warned a')).stdout, `${PLANTED}\n`)
  assert.equal(await withoutReader(home, ['secret', 'get', 'nope', 'a']), 3)
})

test('head takes what it wants, and the rest is quiet', async (t) => {
  if (!requirePart(t, 'bash')) return
  await using home = await emptyHome()
  await home.shell('for i in 1 2 3; do sotto secret create s$i --a=x; done')
  const { stdout, stderr } = await home.shell('sotto secret list | head -1; echo "${PIPESTATUS[0]}"', { shell: 'bash' })
  assert.match(stdout, /^NAME .*\n0\n$/)
  assert.equal(stderr, '')
})

test('a reader that goes away stops no change, and what is shown once must be read', async (t) => {
  if (!requirePart(t, 'bash')) return
  await using home = await emptyHome()
  const secrets = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`s${String(index)}`, { a: PLANTED }]))
  await writeFile(path.join(home.work, 'many.json'), JSON.stringify(secrets))
  const status = async (line: string): Promise<string> =>
    (await home.shell(`${line} | { read -r line; exec <&-; sleep 1; }; echo "\${PIPESTATUS[0]}"`, { shell: 'bash' }))
      .stdout
  assert.equal(await status('sotto secret import many.json'), '0\n')
  assert.equal((await assertIntact(home)).length, 5000)
  for (const line of ['sotto keys recovery --yes', 'sotto keys recovery --yes -o json']) {
    const lost = await home.shell(`{ sleep 0.2; ${line}; } | true; echo "\${PIPESTATUS[0]}"`, { shell: 'bash' })
    assert.equal(lost.stdout, '1\n')
    assert.match(lost.stderr, /standard output could not be written[^]*sotto keys recovery --yes/)
  }
  assert.match((await home.shell('sotto keys recovery --yes')).stdout, /^[0-9A-Z-]{20,}\n$/)
})

test(
  'a full device under standard output is a failure; under standard error it is none',
  { skip: !existsSync('/dev/full') },
  async () => {
    await using home = await emptyHome()
    assert.equal((await home.shell(`sotto secret create s --a=${PLANTED} 2>/dev/full`)).status, 0)
    for (const line of ['sotto secret get s a >/dev/full', 'sotto secret list >/dev/full'])
      await assertRefused(home, { line, status: 1, says: /standard output cannot be written \(ENOSPC\)/ })
    assertClean(await home.shell('sotto secret export s >/dev/full'), 'export')
    assert.deepEqual(await assertIntact(home), ['s'])
  },
)
