/**
 * With `nested`, one parent run for each run of a pipeline. No process lives as long as it does, so its state follows from
 * its children: running while one of them runs, else the worst of the last attempts of the steps.
 */
import type { TrackedAttempt } from '../../pipelines/tracker.ts'
import type { MlflowClient } from './client.ts'
import { isId } from './experiment.ts'
import { createRun, updateRun } from './run-calls.ts'
import type { MlflowStatus } from './run-calls.ts'
import { tagsOfParent } from './run-tags.ts'
import { memberOf, notMlflow } from './trouble.ts'

interface FoundRun {
  readonly id: string
  readonly status: string
  readonly startedAt: number
  readonly step: string
}

/** From better to worse. */
const statusOrder: readonly MlflowStatus[] = ['FINISHED', 'KILLED', 'FAILED']

/** The id of the parent; made when this is the first step. */
export async function getOrCreateParent(
  client: MlflowClient,
  experimentId: string,
  attempt: TrackedAttempt,
): Promise<string> {
  const found = await oldestParent(client, experimentId, attempt)
  if (found === undefined) {
    const created = await createRun(client, {
      experimentId,
      name: `${attempt.pipeline} ${attempt.run.slice(0, 8)}`,
      tags: tagsOfParent(attempt, client.config.tags),
      what: 'create the parent run',
    })
    // Another step may have made one meanwhile: both then take the older one.
    const oldest = await oldestParent(client, experimentId, attempt)
    if (oldest === undefined || oldest.id === created.id) return created.id
    await client.call({
      method: 'POST',
      path: 'runs/delete',
      input: { run_id: created.id },
      what: 'delete a second parent run',
      repeatable: true,
    })
    return oldest.id
  }
  if (found.status !== 'RUNNING') await updateRun(client, found.id, 'RUNNING')
  return found.id
}

/** Closes the parent unless a child still runs. To be called when the child's own state is written. */
export async function settleParent(client: MlflowClient, experimentId: string, parentId: string): Promise<void> {
  const children = await searchRuns(client, experimentId, `tags.mlflow.parentRunId = '${parentId}'`)
  if (children.some(({ status }) => status === 'RUNNING' || status === 'SCHEDULED')) return
  const lastOfStep = new Map<string, FoundRun>()
  for (const child of children) {
    const known = lastOfStep.get(child.step)
    if (known === undefined || known.startedAt <= child.startedAt) lastOfStep.set(child.step, child)
  }
  const ranks = [...lastOfStep.values()].map(({ status }) => statusOrder.findIndex((each) => each === status))
  // Without a child, the first step could not even begin.
  await updateRun(client, parentId, statusOrder[Math.max(...ranks)] ?? 'FAILED')
}

async function oldestParent(
  client: MlflowClient,
  experimentId: string,
  { run }: TrackedAttempt,
): Promise<FoundRun | undefined> {
  const parents = await searchRuns(
    client,
    experimentId,
    `tags.\`sotto.run\` = '${run}' and tags.\`sotto.parent\` = 'true'`,
  )
  return parents.toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1))[0]
}

/** Source: https://mlflow.org/docs/latest/rest-api.html#search-runs */
async function searchRuns(client: MlflowClient, experimentId: string, filter: string): Promise<readonly FoundRun[]> {
  const what = 'find the runs of the pipeline'
  const found: FoundRun[] = []
  let pageToken: unknown
  do {
    const answer = await client.call({
      method: 'POST',
      path: 'runs/search',
      input: {
        experiment_ids: [experimentId],
        filter,
        max_results: 1000,
        ...(pageToken === undefined ? {} : { page_token: pageToken }),
      },
      what,
      repeatable: true,
    })
    const runs = memberOf(answer, 'runs') ?? []
    if (!Array.isArray(runs)) throw notMlflow(client.config, what)
    for (const run of runs as readonly unknown[]) {
      // an array of whatever the server sent
      const read = readRun(run)
      if (read === undefined) throw notMlflow(client.config, what)
      found.push(read)
    }
    pageToken = memberOf(answer, 'next_page_token')
  } while (typeof pageToken === 'string' && pageToken !== '')
  return found
}

function readRun(run: unknown): FoundRun | undefined {
  const info = memberOf(run, 'info')
  const id = memberOf(info, 'run_id')
  const status = memberOf(info, 'status')
  const tags = memberOf(memberOf(run, 'data'), 'tags')
  if (typeof id !== 'string' || !isId(id) || typeof status !== 'string') return undefined
  const step = Array.isArray(tags)
    ? (tags as readonly unknown[]).find((tag) => memberOf(tag, 'key') === 'sotto.step')
    : undefined // checked by memberOf
  const stepName = memberOf(step, 'value')
  return {
    id,
    status,
    startedAt: Number(memberOf(info, 'start_time') ?? 0),
    step: typeof stepName === 'string' ? stepName : '',
  }
}
