import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditVerification } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

test('the log tells who read which key, and can be filtered', async () => {
  using home = new TestHome()
  await home.ok('secret create s --password=hunter2hunter2')
  await home.ok('secret get s password')
  await home.run(['secret', 'get', 'missing', 'x'])
  const all = await home.ok('audit list')
  assert.match(all.stdout, /local.* resolveSecrets +done +secret s +.*password/)
  assert.match(all.stdout, /resolveSecrets +refused/)
  assert.doesNotMatch(all.stdout, /hunter2/)
  const reads = await home.json<{ items: { operation: string }[] }>(
    'audit list --operation resolveSecrets --outcome done --after 2020-01-01',
  )
  assert.deepEqual(
    reads.items.map(({ operation }) => operation),
    ['resolveSecrets'],
  )
  assert.equal((await home.json<{ items: [] }>('audit list --before 2020-01-01')).items.length, 0)
  assert.match((await home.ok('audit list --limit 1')).stderr, /more than 1/)
})

test('the log is verified against a fingerprint and a checkpoint kept elsewhere', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const first = await home.json<AuditVerification>('audit verify')
  assert.equal(first.result, 'consistent, not authenticated')
  const { epoch, sequence, head } = first.checkpoint
  const kept = `--fingerprint ${first.fingerprint} --checkpoint ${String(epoch)}:${String(sequence)}:${head}`
  await home.ok('secret set s --a=2')
  assert.match((await home.ok(`audit verify ${kept}`)).stdout, /^result: +authenticated$/m)
  const wrong = await home.run([
    'audit',
    'verify',
    '--checkpoint',
    `${String(epoch)}:${String(sequence)}:${'0'.repeat(64)}`,
  ])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /^error: .*\n {2}event /)
  assert.equal((await home.run(['audit', 'verify', '--checkpoint', 'x'])).code, 2)
})
