import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { TestHome } from '../testing.ts'
import type { Finding } from './finding.ts'

interface Report {
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

test('looking makes nothing', async () => {
  using home = new TestHome()
  assert.match((await home.ok('doctor')).stdout, /none yet/)
  assert.equal(existsSync(join(home.folder, 'sotto')), false)
})

test('it tells where each setting came from, and that the store opens', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const { ok, findings } = await home.json<Report>('doctor')
  assert.equal(ok, true)
  const sources = Object.fromEntries(findings.map(({ name, source }) => [name, source]))
  assert.equal(sources['place of the store'], 'SOTTO_HOME')
  assert.equal(sources['validation level'], 'default')
  assert.deepEqual(
    findings.filter(({ state }) => state === 'problem'),
    [],
  )
  assert.match((await home.ok('doctor')).stdout, /keyring +opens with the root key/)
})

test('a problem ends with 1 and names the command that mends it', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  writeFileSync(join(home.folder, 'key'), 'not a key', { mode: 0o600 })
  const ran = await home.run(['doctor'], {
    env: { SOTTO_ROOT_KEY_FILE: join(home.folder, 'key'), ZENML_SECRET_VALIDATION_LEVEL: 'all' },
  })
  assert.equal(ran.code, 1)
  assert.match(ran.stdout, /^PROBLEM +validation level/m)
  assert.match(ran.stdout, /^PROBLEM +store/m)
  assert.match(ran.stderr, /2 problems found/)
  assert.doesNotMatch(ran.stdout + ran.stderr, /not a key/)
})
