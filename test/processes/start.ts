/** Starts workers on one store, all at the same moment. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import type { OpenedService } from '../../packages/sotto/src/service/open-service.ts'
import { inFolder } from '../../packages/sotto/src/service/testing/in-folder.ts'
import { runChild } from '../../packages/sotto/src/store/testing.ts'
import type { Told } from './worker.ts'

/** The store of the workers, in this process. */
export async function openShared(t: TestContext, folder: string): Promise<OpenedService> {
  const service = await openService(inFolder(folder))
  t.after(() => service.close())
  return service
}

/** What each was told; fails where one met an error. `amount` is a time in milliseconds, or a count. */
export async function runWorkers(
  folder: string,
  {
    workers,
    mode,
    amount,
  }: { readonly workers: number; readonly mode: 'read-write' | 'register'; readonly amount: number },
): Promise<readonly Told[]> {
  const file = join(import.meta.dirname, 'worker.ts')
  const running = Array.from({ length: workers }, (_, index) =>
    runChild(file, [folder, String(index), mode, String(amount)]),
  )
  writeFileSync(join(folder, 'go'), '')
  return (await Promise.all(running)).map(({ code, stdout, stderr }, index) => {
    assert.equal(code, 0, `worker ${String(index)}: ${stderr}`)
    return JSON.parse(stdout) as Told // what the worker printed
  })
}
