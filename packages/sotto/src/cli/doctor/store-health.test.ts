/** What the doctor says of a store that is getting ill: each problem ends with 1 and names the command that mends it. */
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { TestHome } from '../testing.ts'
import type { Finding } from './finding.ts'

async function findings(home: TestHome): Promise<{ code: number; byName: Map<string, Finding> }> {
  const { code, stdout } = await home.run(['doctor', '--json'])
  const report = JSON.parse(stdout) as { readonly findings: readonly Finding[] } // what doctor prints
  return { code, byName: new Map(report.findings.map((finding) => [finding.name, finding])) }
}

test('it reminds of a backup until there is one, tells of one that failed, and says when the last one was', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  assert.deepEqual((await findings(home)).byName.get('last backup')?.next, 'sotto backup create FILE')
  const file = join(home.folder, 'b.stb')
  await home.ok(`backup create ${file}`)
  const after = (await findings(home)).byName.get('last backup')
  assert.equal(after?.next, undefined)
  assert.match(after?.found ?? '', /UTC$/)
})

test('a clock behind the newest event is a problem', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  assert.equal((await findings(home)).byName.get('clock')?.state, 'ok')
  using db = new DatabaseSync(join(home.folder, 'sotto/store.db'))
  db.exec(`UPDATE audit_event SET occurred_at = ${String(Date.now() + 3_600_000)}`)
  const { code, byName } = await findings(home)
  assert.deepEqual([code, byName.get('clock')?.state], [1, 'problem'])
})

test('a damaged page and a file that others may read are problems, with what mends them', async () => {
  using home = new TestHome()
  const path = join(home.folder, 'sotto/store.db')
  await home.ok('secret create s --a=1')
  chmodSync(path, 0o644)
  const open = await findings(home)
  assert.equal(open.code, 1)
  assert.match(open.byName.get('store')?.next ?? '', /^chmod 600 /)
  chmodSync(path, 0o600)
  const bytes = readFileSync(path)
  bytes.fill(0x55, 3 * 4096, 20 * 4096)
  writeFileSync(path, bytes)
  const damaged = await findings(home)
  assert.equal(damaged.code, 1)
  assert.equal(damaged.byName.get('store integrity')?.state, 'problem')
})

test('a state that a restore set aside is named until it is deleted', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const file = join(home.folder, 'b.stb')
  await home.ok(`backup create ${file}`)
  assert.equal((await findings(home)).byName.get('state before a restore'), undefined)
  await home.ok(`backup restore ${file} --yes`)
  const { code, byName } = await findings(home)
  const path =
    /^(\/.*before-restore-[\dT]+\.\d+Z) \(/.exec(byName.get('state before a restore')?.found ?? '')?.[1] ?? ''
  assert.equal(code, 0)
  renameSync(path, `${path}.4194305.part`)
  assert.match((await findings(home)).byName.get('state before a restore')?.found ?? '', /restore that was killed$/)
  rmSync(`${path}.4194305.part`)
  assert.equal((await findings(home)).byName.get('state before a restore'), undefined)
})
