/**
 * Goal: a disk that is full or does not flush lets no value out without its event, breaks nothing, and everything goes on
 * when it is mended. Method: a small file system that is filled, and a library that lets the calls of the kernel fail.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChild, temporaryFolder } from '../../packages/sotto/src/store/testing.ts'
import { requirePart } from '../support/parts.ts'
import { failAndMend } from './failing-disk.ts'
import type { DiskReport } from './failing-disk.ts'
import type { Printed } from './failing-process.ts'

function requireClosedAndWhole(report: DiskReport): void {
  assert.ok(report.failedReads > 0 && report.failedWrites > 0, `nothing failed: ${JSON.stringify(report)}`)
  assert.equal(report.reopened, report.mended)
  assert.deepEqual(report.problems, [])
}

/** Where the call that failed never reached the log: nothing of it is there. */
function requireNothingChanged(report: DiskReport): void {
  for (const error of report.errors)
    assert.match(error, /^store_unwritable: the store .* could not be written.*nothing was changed/)
  assert.equal(report.events, report.shown, 'what was shown has its event, and what failed has none')
  assert.equal(report.mended, report.acknowledged)
}

/** Where the log has it and the flush failed, nobody can know: SQLite finds it when the store is opened anew. */
function requireSaidUnknown(report: DiskReport): void {
  for (const error of report.errors)
    assert.match(error, /^store_unwritable: the store .* could not be flushed.*may be there or not/)
  assert.ok(report.events >= report.shown, 'what was shown has its event')
  const since = report.tried.slice(report.tried.indexOf(report.acknowledged))
  assert.ok(since.includes(report.mended), 'it is the value that was acknowledged, or one that was tried after it')
}

test('a full file system: no value without its event, a clear error, and all is well when there is space', async (t) => {
  if (!requirePart(t, 'mount')) return
  const folder = temporaryFolder(t)
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'sotto-test', disk]).status, 0)
  try {
    const report = await failAndMend(disk, {
      fail: () => {
        // To the last page.
        for (const size of [65_536, 4096]) fill(join(disk, `filler-${String(size)}`), size)
      },
      mend: () => {
        for (const size of [65_536, 4096]) rmSync(join(disk, `filler-${String(size)}`))
      },
    })
    t.diagnostic(
      `${report.errors.join('; ')}; reads ${String(report.failedReads)}, writes ${String(report.failedWrites)}`,
    )
    requireClosedAndWhole(report)
    requireNothingChanged(report)
  } finally {
    assert.equal(spawnSync('umount', [disk]).status, 0)
  }
})

for (const what of ['flush', 'write'] as const) {
  test(`a ${what} that fails: no value without its event, a clear error, and all is well afterwards`, async (t) => {
    if (!requirePart(t, 'gcc')) return
    const folder = temporaryFolder(t)
    const library = join(folder, 'failing-disk.so')
    const source = join(import.meta.dirname, 'failing-disk.c')
    const compiled = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { encoding: 'utf8' })
    assert.equal(compiled.status, 0, compiled.stderr)
    const env = { LD_PRELOAD: library, SOTTO_FAIL_FILE: join(folder, 'fail') }
    const { code, stdout, stderr } = await runChild(join(import.meta.dirname, 'failing-process.ts'), [folder, what], {
      env,
    })
    assert.equal(code, 0, stderr)
    const report = JSON.parse(stdout) as Printed // from our program
    t.diagnostic(
      `${report.errors.join('; ')}; reads ${String(report.failedReads)}, writes ${String(report.failedWrites)}`,
    )
    requireClosedAndWhole(report)
    if (what === 'write') requireNothingChanged(report)
    else requireSaidUnknown(report)
  })
}

/** Writes pieces until there is no room for another. */
function fill(file: string, size: number): void {
  try {
    for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
