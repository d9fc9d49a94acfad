import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeWorkFolder, removeStaleWorkFolders } from './work-folder.ts'

test('the next run removes the folder of a supervisor that was killed, and no other', async (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'sotto-test-'))
  t.after(() => {
    rmSync(parent, { recursive: true })
  })
  const running = await makeWorkFolder(parent)
  const program = `
    const { makeWorkFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'work-folder.ts'))})
    const folder = await makeWorkFolder(${JSON.stringify(parent)})
    await folder.write('secret-0', 'value')
    process.kill(process.pid, 'SIGKILL')`
  const killed = spawnSync(process.execPath, ['--conditions=sotto-source', '--input-type=module', '-e', program])
  assert.equal(killed.signal, 'SIGKILL', killed.stderr.toString())
  const [left = ''] = readdirSync(parent).filter((name) => join(parent, name) !== running.path)
  assert.equal(readFileSync(join(parent, left, 'secret-0'), 'utf8'), 'value')
  assert.equal(statSync(join(parent, left, 'secret-0')).mode & 0o777, 0o600)
  // Of another machine or container, where that number may be a process that runs.
  const foreign = await makeWorkFolder(parent)
  const foreignName = left.replace(/^sotto-step-[0-9a-f]{8}/, 'sotto-step-00000000')
  renameSync(foreign.path, join(parent, foreignName))
  await removeStaleWorkFolders(parent)
  assert.deepEqual(readdirSync(parent).toSorted(), [running.path.slice(parent.length + 1), foreignName].toSorted())
  await running.remove()
  assert.ok(!existsSync(running.path))
  await removeStaleWorkFolders(join(parent, 'absent'))
})
