/** `sotto run list` */
import { everyItem, runStates } from '@sotto/sdk/model'
import type { Run, RunQuery } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import type { CliContext } from '../context.ts'
import type { Table } from '../print/table.ts'
import { shortTime } from '../print/time.ts'
import { shortId, tookText } from './run-words.ts'

const defaultLimit = 100

export async function listRuns(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const limit = input.integer('limit') ?? defaultLimit
  const state = input.text('state')
  const query: RunQuery = {
    pipeline: input.text('pipeline'),
    stack: input.text('stack'),
    state: runStates.find((known) => known === state),
    // One more than asked for tells whether there are more.
    limit: Math.min(1000, limit + 1),
  }
  const api = await call.api()
  const items: Run[] = []
  let more = false
  for await (const run of everyItem((page: RunQuery) => api.listRuns(page), query)) {
    more = items.length >= limit
    if (more) break
    items.push(run)
  }
  await print.result({ items }, () => runTable(items, context))
  if (more) print.say(`there are more than ${String(limit)}; raise --limit to see them`)
  if (items.length === 0 && print.format === 'table') print.say('no run matches; start one: sotto run start FILE')
}

/** An id that is cut is of no use, so a narrow terminal gets fewer columns and not narrower ones. */
function runTable(items: readonly Run[], context: CliContext): Table {
  const width = context.stdout.columns() ?? Infinity
  const columns = ['RUN', 'PIPELINE', 'STATE', 'STARTED', 'TOOK', 'STACK'].slice(0, width < 60 ? 3 : width < 80 ? 5 : 6)
  const now = context.now()
  const rows = items.map((run) =>
    [shortId(run.id), run.pipeline, run.state, shortTime(run.startedAt), tookText(run, now), run.stack].slice(
      0,
      columns.length,
    ),
  )
  return { columns, rows }
}
