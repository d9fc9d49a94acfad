import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AuditEvent, AuditPruned, AuditVerification } from '@sotto/sdk/model'
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
    'audit list --what resolveSecrets --outcome done --since 2020-01-01 --who local',
  )
  assert.deepEqual(
    reads.items.map(({ operation }) => operation),
    ['resolveSecrets'],
  )
  assert.equal((await home.json<{ items: [] }>('audit list --until 2020-01-01')).items.length, 0)
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

test('tail prints the latest events, oldest first, an event a line', async () => {
  using home = new TestHome()
  for (const name of ['a', 'b', 'c']) await home.ok(`secret create ${name} --key=1`)
  const lines = (await home.ok('audit tail -n 2')).stdout.trimEnd().split('\n')
  assert.match(lines[0] ?? '', /createSecret {2}done {2}secret b/)
  assert.equal(lines.length, 2)
  const json = (await home.ok('audit tail -n 9 --what createSecret -o json')).stdout.trimEnd().split('\n')
  assert.deepEqual(
    json.map((line) => (JSON.parse(line) as AuditEvent).object), // an event a line
    ['secret a', 'secret b', 'secret c'],
  )
})

test('an export goes into a new file and is verified without store and key', async () => {
  using home = new TestHome()
  await home.ok('secret create s --password=hunter2hunter2')
  await home.ok('secret get s password')
  const { fingerprint, checkpoint } = await home.json<AuditVerification>('audit verify')
  await home.ok('audit export --file log.jsonl')
  const file = join(home.folder, 'log.jsonl')
  const text = readFileSync(file, 'utf8')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.doesNotMatch(text, /hunter2/)
  assert.equal((await home.ok('audit export')).stdout, text)
  assert.equal((await home.run(['audit', 'export', '--file', 'log.jsonl'])).code, 6)
  using elsewhere = new TestHome()
  writeFileSync(join(elsewhere.folder, 'log.jsonl'), text)
  writeFileSync(join(elsewhere.folder, 'kept.json'), JSON.stringify({ fingerprint, checkpoint }))
  writeFileSync(join(elsewhere.folder, 'kept'), `1:3:${checkpoint.head}\n`)
  for (const kept of ['--checkpoint kept.json', '--checkpoint kept', `--fingerprint SHA256:${fingerprint}`]) {
    const { stdout } = await elsewhere.ok(`audit verify --file log.jsonl ${kept}`)
    assert.match(stdout, /^result: +authenticated$/m)
  }
  const changed = text.replace('"secret s"', '"secret t"')
  const ran = await elsewhere.run(['audit', 'verify', '--file', '-'], { stdin: changed })
  assert.deepEqual([ran.code, /event 2 is not as it was written/.test(ran.stderr)], [1, true])
  assert.equal((await elsewhere.run(['audit', 'verify', '--file', 'kept'])).code, 2)
  assert.equal((await elsewhere.run(['audit', 'verify', '--file', 'missing'])).code, 2)
})

test('old events go after an export of them, and the chain is verified as before', async () => {
  using home = new TestHome()
  for (const name of ['a', 'b', 'c']) await home.ok(`secret create ${name} --key=1`)
  assert.equal((await home.run(['audit', 'prune', '--keep', '2'])).code, 2, 'what becomes of them is not said')
  assert.equal((await home.run('audit prune --keep 2 --discard'.split(' '))).code, 2, 'nobody agreed')
  assert.match((await home.ok('audit prune --before 2020-01-01 --discard --yes')).stderr, /nothing was removed/)
  const { removed } = await home.json<AuditPruned>('audit prune --keep 2 --export old.jsonl --yes')
  assert.equal(removed, 2)
  assert.equal((await home.ok('audit verify --file old.jsonl -o json')).code, 0)
  assert.match((await home.ok('audit verify')).stdout, /^events: +3$/m)
  assert.match((await home.ok('audit prune --before 2099-01-01 --discard --yes')).stderr, /removed 3 events/)
  assert.match((await home.ok('audit list')).stdout, /pruneAudit +done +audit/)
})
