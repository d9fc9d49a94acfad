/** `sotto run show [RUN]`: the steps of a run with states, times and outputs. */
import type { ArtifactRecord, Attempt, RunDetail } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import type { Table } from '../print/table.ts'
import { shortTime } from '../print/time.ts'
import { runArgument } from './find-run.ts'
import { shortId, tookText } from './run-words.ts'
import { stepTree } from './step-tree.ts'
import type { TreeRow } from './step-tree.ts'

export async function showRun(call: Call): Promise<undefined> {
  const { print, context } = call
  const run = await (await call.api()).describeRun({ run: await runArgument(call) })
  const now = context.now()
  await print.result(run, () => ({
    facts: factsOf(run, now),
    table: stepTable(run, now),
  }))
  const failed = run.attempts.find(({ state }) => state === 'failed')
  if (failed !== undefined && print.format === 'table')
    print.say(`its log: sotto run logs ${shortId(run.id)} --step ${failed.step}`)
}

function factsOf(run: RunDetail, now: Date): readonly (readonly [string, string])[] {
  return [
    ['run', run.id],
    ['pipeline', run.pipeline],
    ['stack', run.stack],
    ['state', run.state],
    ...(run.error === undefined ? [] : [['error', run.error] as const]),
    ['started', `${shortTime(run.startedAt)} by ${run.principal}`],
    ['took', tookText(run, now)],
    [
      'parameters',
      Object.entries(run.parameters)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(' ') || 'none',
    ],
  ]
}

/** The column that names further needs is there only where a step has some: in a chain the tree tells all. */
function stepTable(run: RunDetail, now: Date): Table {
  const columns = ['STEP', 'STATE', 'TOOK', 'ALSO AFTER', 'OUTPUTS']
  const rows = stepTree(run.plan).flatMap((row) => rowsOf(row, run, now))
  const [, , , also] = columns
  if (rows.some((row) => row[3] !== '')) return { columns, rows }
  return { columns: columns.filter((name) => name !== also), rows: rows.map((row) => row.toSpliced(3, 1)) }
}

/** A row for each attempt; one for a step that never started. */
function rowsOf({ label, id, alsoAfter }: TreeRow, run: RunDetail, now: Date): readonly (readonly string[])[] {
  const attempts = run.attempts.filter(({ step }) => step === id)
  if (attempts.length === 0)
    return [[label, run.state === 'running' ? 'waiting' : 'not started', '', alsoAfter.join(', '), '']]
  return attempts.map((attempt) => [
    attempts.length === 1 ? label : `${label} (${String(attempt.number)})`,
    stateOf(attempt),
    tookText(attempt, now),
    alsoAfter.join(', '),
    attempt.outputs.map(outputText).join(', '),
  ])
}

function stateOf({ state, exitCode }: Attempt): string {
  return exitCode === undefined || exitCode === 0 ? state : `${state} (exit ${String(exitCode)})`
}

function outputText({ name, sizeBytes }: ArtifactRecord): string {
  return `${name} (${sizeText(sizeBytes)})`
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
