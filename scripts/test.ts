// Runs the tests: builds first, then every *.test.ts, then says what this machine could not run.
//
//   npm test                            everything
//   npm test -- packages/sdk page.test  the files whose path contains one of these
//   npm test -- --name='secret .* twice'  the tests whose name matches

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { inCi, NOT_RUN } from '../test/support/parts.ts'

const root = dirname(import.meta.dirname)
const patterns = ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'scripts/**/*.test.ts']

/** A file that hangs must not hang everything; the slowest needs a fraction of this. */
const FILE_TIMEOUT_MS = 15 * 60_000
/** Of the crash test, which whoever asks for more rounds of it waits for; one takes half a second on an idle machine. */
const CRASH_ROUND_TIMEOUT_MS = 5_000
const crashRounds = Number(process.env['SOTTO_CRASH_ROUNDS'] ?? 0)

interface Outcome {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number }
  /** Why something was not run, and how many tests that is. */
  readonly notRun: ReadonlyMap<string, number>
}

function findFiles(filters: readonly string[]): string[] {
  const all = globSync(patterns, { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] }).toSorted()
  return filters.length === 0 ? all : all.filter((file) => filters.some((filter) => file.includes(filter)))
}

function build(): boolean {
  const result = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return result.status === 0
}

async function runFiles(files: readonly string[], name: string | undefined): Promise<Outcome> {
  const notRun = new Map<string, number>()
  let counts = { passed: 0, failed: 0, skipped: 0 }
  const events = run({
    files: files.map((file) => join(root, file)),
    cwd: root,
    execArgv: ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning'],
    concurrency: Math.max(2, availableParallelism()),
    timeout: FILE_TIMEOUT_MS + crashRounds * CRASH_ROUND_TIMEOUT_MS,
    ...(name === undefined ? {} : { testNamePatterns: [new RegExp(name)] }),
  })
  events.on('test:pass', ({ skip }) => {
    if (typeof skip === 'string' && skip.startsWith(NOT_RUN)) notRun.set(skip, (notRun.get(skip) ?? 0) + 1)
  })
  events.on('test:summary', (summary) => {
    // Each file has one too; that of the whole names no file.
    if (summary.file !== undefined) return
    const { passed, cancelled, skipped, todo } = summary.counts
    // A file that ends without a report of its own (it threw while loading) counts as one test.
    const failed = summary.counts.tests - passed - skipped - todo
    counts = { passed, failed: Math.max(failed, cancelled, summary.success ? 0 : 1), skipped: skipped + todo }
  })
  for await (const text of events.compose(new spec())) process.stdout.write(String(text))
  return { counts, notRun }
}

async function main(): Promise<boolean> {
  const { positionals, values } = parseArgs({ options: { name: { type: 'string' } }, allowPositionals: true })
  const files = findFiles(positionals)
  if (files.length === 0) {
    console.error(`no test file matches ${positionals.length === 0 ? patterns.join(' ') : positionals.join(' ')}`)
    return false
  }
  const isBuilt = build()
  const { counts, notRun } = await runFiles(files, values.name)
  console.log('')
  for (const [reason, tests] of notRun) console.log(`${reason}: ${tests} ${tests === 1 ? 'test' : 'tests'}`)
  if (inCi && notRun.size > 0) console.error('where CI=true every part must be there')
  if (!isBuilt) console.error('the build failed, see the beginning of this output')
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  return isBuilt && counts.failed === 0 && counts.passed + counts.skipped > 0 && !(inCi && notRun.size > 0)
}

process.exitCode = (await main()) ? 0 : 1
