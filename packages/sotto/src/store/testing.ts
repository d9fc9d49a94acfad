/** What the tests of this folder share. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import { openStoreAt } from './open-store-at.ts'
import type { Store } from './store.ts'

/** Do the tests run on PostgreSQL? */
export const onPostgres: boolean = process.env['SOTTO_TEST_STORE'] === 'postgres'

/** A new folder that goes with the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** For `assert.rejects` and `assert.throws`: a SottoError of this code, with a hint. */
export function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (isSottoError(error, code) && error.hint !== undefined) return true
    throw error
  }
}

const urls = new Map<string, string>()

/**
 * An empty store for the test, or the one that was opened for this folder before: on SQLite, in the folder; with
 * `SOTTO_TEST_STORE=postgres` on a PostgreSQL of this process, where the folder only stands for a schema.
 */
export async function openTestStore(t: TestContext, folder: string): Promise<Store> {
  const store = await openAt(folder)
  t.after(() => store.close())
  return store
}

async function openAt(folder: string): Promise<Store> {
  if (!onPostgres) return openStoreAt(join(folder, 'store.db'), {})
  // Loaded here, since only these tests need the driver.
  const { sharedPostgres } = await import('../../../../test/support/postgres.ts')
  const server = await sharedPostgres()
  const url = urls.get(folder) ?? server.newUrl()
  urls.set(folder, url)
  return openStoreAt(url, server.env)
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  /** A shell text that ends in `exec "$@"`, to set limits. */
  readonly shell?: string
}

/** Runs a TypeScript file of ours in a process of its own. */
export function runChild(file: string, args: readonly string[], options: ChildOptions = {}): Promise<Ended> {
  const command = [
    process.execPath,
    '--conditions=sotto-source',
    '--disable-warning=ExperimentalWarning',
    file,
    ...args,
  ]
  const [program = '', ...rest] =
    options.shell === undefined ? command : ['/bin/sh', '-c', options.shell, 'sh', ...command]
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  })
  const chunks = { stdout: '', stderr: '' }
  child.stdout?.on('data', (data: Buffer) => (chunks.stdout += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (chunks.stderr += data.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...chunks }))
  })
}
