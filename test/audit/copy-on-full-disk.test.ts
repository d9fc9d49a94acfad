/**
 * Goal: where the disk of the audit's copy is full, no value leaves that the copy does not have, nothing is changed that is
 * not told there, and everything goes on when there is space. Method: a small file system that is filled.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { verifyAuditLines } from '../../packages/sotto/src/service/audit/audit-file.ts'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import { temporaryFolder } from '../../packages/sotto/src/store/testing.ts'
import { requirePart } from '../support/parts.ts'

function isFull(error: unknown): true {
  assert.ok(isSottoError(error, 'audit_copy_failed'), String(error))
  assert.match(error.message, /copy\.jsonl.* cannot be written \(ENOSPC\)/)
  return true
}

async function show(api: Api): Promise<string | undefined> {
  const [secret] = (await api.resolveSecrets({ items: [{ secret: 'crm' }] })).secrets
  return secret?.unchanged === false ? secret.values['key']?.data : undefined
}

/** To the last page: what is left in that of the copy stays. */
function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}

test('a copy of the audit on a full disk lets nothing out that it does not have, and catches up when there is space', async (t) => {
  if (!requirePart(t, 'mount')) return
  const folder = temporaryFolder(t)
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'sotto-test', disk]).status, 0)
  const path = join(disk, 'copy.jsonl')
  const service = await openService({
    env: { SOTTO_AUDIT_COPY: `file:${path}` },
    storePath: join(folder, 'store.db'),
    rootKeyPath: join(folder, 'root.key'),
    logsFolder: join(folder, 'logs'),
    flavors: [],
    osUser: 'tester',
  })
  try {
    const { api } = service
    await api.createSecret({ name: 'crm', values: { key: textValue('v') } })
    fill(join(disk, 'filler'))
    let shown = 0
    // The last page has room for some events, and then for a part of one.
    await assert.rejects(async () => {
      while (shown < 5000) {
        await show(api)
        shown += 1
      }
    }, isFull)
    const reveals = (): number =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line.includes('resolveSecrets')).length
    assert.ok(reveals() >= shown, `${String(shown)} were shown, and the copy has ${String(reveals())}`)
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await assert.rejects(show(api), isFull)
      await assert.rejects(api.updateSecret({ secret: 'crm', values: { key: textValue('w') } }), isFull)
      await assert.rejects(api.createSecret({ name: `new${String(attempt)}`, values: {} }), isFull)
    }
    rmSync(join(disk, 'filler'))
    assert.equal(await show(api), 'v', 'nothing was changed')
    assert.equal((await api.listSecrets({})).items.length, 1)
    await api.updateSecret({ secret: 'crm', values: { key: textValue('w') } })
    assert.equal(await show(api), 'w')
    const copied = await verifyAuditLines(readFileSync(path, 'utf8').split('\n'), {})
    assert.deepEqual(copied.problems, [])
    assert.deepEqual(copied.checkpoint, (await api.verifyAudit({})).checkpoint)
  } finally {
    await service.close()
    assert.equal(spawnSync('umount', [disk]).status, 0)
  }
})
