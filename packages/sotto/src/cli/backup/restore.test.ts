import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { TestHome } from '../testing.ts'

test('a backup with a changed audit log is restored only when that is asked for, and verify goes on to say so', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --key=one')
  await home.ok('secret create other --key=x')
  const db = new DatabaseSync(join(home.folder, 'sotto/store.db'))
  db.exec("UPDATE audit_event SET os_user = 'nobody' WHERE sequence = 2")
  db.close()
  const file = join(home.folder, 'b.stb')
  await home.ok(`backup create ${file}`)
  const refused = await home.run(['backup', 'restore', file, '--yes'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /its audit does not hold: [^]*next: .*--accept-broken-audit/)
  const restored = await home.ok(`backup restore ${file} --yes --accept-broken-audit`)
  assert.match(restored.stderr, /accepted, and recorded in the new epoch: /)
  assert.match((await home.ok('secret get crm key')).stdout, /^one/)
  const verified = await home.ok('audit verify')
  assert.match(verified.stdout, /consistent, not authenticated/)
  assert.match(verified.stderr, /epoch 2 began by a restore that accepted a log with 1 problem /)
})
