/** Goal: what left the store is in the copy, and no file is harmed. Method: real stores, files, commands, a full disk. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { AuditVerification } from '@sotto/sdk/model'
import { temporaryFolder } from '../../../store/testing.ts'
import { verifyAuditLines } from '../audit-file.ts'
import { openService } from '../../open-service.ts'
import type { OpenedService } from '../../open-service.ts'
import { inFolder } from '../../testing/in-folder.ts'

async function open(t: TestContext, folder: string, copy?: string): Promise<OpenedService> {
  const env = { PATH: process.env['PATH'], ...(copy !== undefined && { SOTTO_AUDIT_COPY: copy }) }
  const service = await openService(inFolder(folder, { env }))
  t.after(() => service.close())
  return service
}

async function verify(path: string): Promise<AuditVerification> {
  return verifyAuditLines(readFileSync(path, 'utf8').split('\n'), {})
}

const failed = (error: unknown): boolean => isSottoError(error, 'audit_copy_failed')

test('the copy holds every event before its answer, in lines that verify; it begins with the whole chain', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'copy.jsonl')
  const first = await open(t, folder)
  await first.api.createSecret({ name: 'a', values: { key: textValue('hunter2hunter2') } })
  const { api } = await open(t, folder, `file:${path}`)
  await api.resolveSecrets({ items: [{ secret: 'a' }] })
  assert.equal((await verify(path)).events, 3)
  await Promise.all(Array.from({ length: 50 }, () => api.resolveSecrets({ items: [{ secret: 'a' }] })))
  await api.describeSecret({ secret: 'nowhere' }).catch(() => undefined)
  const { checkpoint, problems, events } = await verify(path)
  assert.deepEqual([problems, events], [[], 54])
  assert.deepEqual(checkpoint, (await api.verifyAudit({})).checkpoint)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /hunter2/)
})

test('what another process wrote without a copy, or died before copying, comes next, also behind a line cut off', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'copy.jsonl')
  const copied = await open(t, folder, `file:${path}`)
  const plain = await open(t, folder)
  await copied.api.createSecret({ name: 'a', values: {} })
  for (let size = statSync(path).size - 1; size > 0; size -= 97) {
    truncateSync(path, size)
    await plain.api.createSecret({ name: `b${String(size)}`, values: {} })
    await copied.api.updateSecret({ secret: 'a', labels: { size: String(size) } })
    const { problems, checkpoint } = await verify(path)
    assert.deepEqual(problems, [], `cut at ${String(size)}`)
    assert.deepEqual(checkpoint, (await copied.api.verifyAudit({})).checkpoint)
  }
})

test('several processes at once keep the lines in their order', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'copy.jsonl')
  const services = await Promise.all([1, 2, 3].map(() => open(t, folder, `file:${path}`)))
  await services[0]!.api.createSecret({ name: 'a', values: {} })
  await Promise.all(
    services.flatMap(({ api }) => Array.from({ length: 30 }, () => api.resolveSecrets({ items: [{ secret: 'a' }] }))),
  )
  assert.deepEqual((await verify(path)).problems, [])
  assert.equal((await verify(path)).events, 92)
})

test('a file of something else, a link, a device, a folder or a file that others write is left as it is', async (t) => {
  const folder = temporaryFolder(t)
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('other'), 'precious\n', { mode: 0o600 })
  symlinkSync(at('other'), at('link'))
  symlinkSync(at('new'), at('dangling'))
  mkdirSync(at('folder'))
  writeFileSync(at('shared'), '', { mode: 0o666 })
  for (const path of [
    at('other'),
    at('link'),
    at('dangling'),
    at('folder'),
    at('shared'),
    '/dev/full',
    '/dev/null',
    at('no/such'),
  ]) {
    const { api } = await open(t, folder, `file:${path}`)
    if (path === at('shared') && (statSync(path).mode & 0o022) === 0) continue // the umask of this machine
    await assert.rejects(api.createSecret({ name: 'x', values: {} }), failed, path)
  }
  assert.equal(readFileSync(at('other'), 'utf8'), 'precious\n')
  assert.equal(existsSync(at('new')), false)
  const other = await open(t, temporaryFolder(t), `file:${at('of-another')}`)
  await other.api.createSecret({ name: 'x', values: {} })
  const { api } = await open(t, folder, `file:${at('of-another')}`)
  await assert.rejects(api.createSecret({ name: 'x', values: {} }), /not a copy of this store/)
  for (const words of ['file:relative', 'nothing', 'command:'])
    await assert.rejects(open(t, folder, words), failed, words)
})

test('a store that was put back behind its copy reveals nothing', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'copy.jsonl')
  const first = await open(t, folder, `file:${path}`)
  await first.api.createSecret({ name: 'a', values: {} })
  const ahead = readFileSync(path, 'utf8')
    .split('\n')
    .find((line) => line.includes('"sequence":2,') && line.includes('"hash"'))!
    .replace('"sequence":2', '"sequence":9')
  appendFileSync(path, `${ahead}\n`)
  const { api } = await open(t, folder, `file:${path}`)
  await assert.rejects(api.resolveSecrets({ items: [{ secret: 'a' }] }), /put back/)
})

test('where the copy cannot be written no value leaves, and a change that could not be copied is copied first', async (t) => {
  const folder = temporaryFolder(t)
  const gate = join(folder, 'open')
  const got = join(folder, 'got')
  writeFileSync(gate, '')
  const { api } = await open(t, folder, `command:test -e ${gate} && cat >> ${got}`)
  await api.createSecret({ name: 'a', values: { key: textValue('v') } })
  rmSync(gate)
  await assert.rejects(api.resolveSecrets({ items: [{ secret: 'a' }] }), failed)
  await assert.rejects(api.createSecret({ name: 'b', values: {} }), failed)
  writeFileSync(gate, '')
  await api.resolveSecrets({ items: [{ secret: 'a' }] })
  const events = readFileSync(got, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"hash"'))
  assert.deepEqual(
    events.map((line) => (JSON.parse(line) as { operation: string }).operation), // an event a line
    ['createSecret', 'resolveSecrets', 'resolveSecrets'],
  )
  assert.deepEqual((await verify(got)).problems, [])
})

test('a command gets none of the credentials of Sotto', async (t) => {
  const folder = temporaryFolder(t)
  const { api } = await open(t, folder, `command:env > ${join(folder, 'env')}; cat > /dev/null`)
  await api.createSecret({ name: 'a', values: {} })
  assert.doesNotMatch(readFileSync(join(folder, 'env'), 'utf8'), /SOTTO_/)
})
