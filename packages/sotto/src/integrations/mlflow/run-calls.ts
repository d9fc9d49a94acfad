/** The two calls that begin and end a run of MLflow. */
import type { MlflowClient } from './client.ts'
import { isId } from './experiment.ts'
import type { Tag } from './run-tags.ts'
import { memberOf, notMlflow } from './trouble.ts'

export type MlflowStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED'

export interface NewRun {
  readonly experimentId: string
  readonly name: string
  readonly tags: readonly Tag[]
  /** For messages: `create the run`. */
  readonly what: string
}

export interface CreatedRun {
  readonly id: string
  /** `artifact_uri`: where the server wants the artifacts of the run. */
  readonly artifactRoot: string
}

/** Source: https://mlflow.org/docs/latest/rest-api.html#create-run */
export async function createRun(client: MlflowClient, { experimentId, name, tags, what }: NewRun): Promise<CreatedRun> {
  const answer = await client.call({
    method: 'POST',
    path: 'runs/create',
    input: { experiment_id: experimentId, run_name: name, start_time: Date.now(), tags },
    what,
    // Twice would be two runs.
    repeatable: false,
  })
  const info = memberOf(memberOf(answer, 'run'), 'info')
  const id = memberOf(info, 'run_id')
  const artifactRoot = memberOf(info, 'artifact_uri') ?? ''
  if (typeof id !== 'string' || !isId(id) || typeof artifactRoot !== 'string') throw notMlflow(client.config, what)
  return { id, artifactRoot }
}

/** Source: https://mlflow.org/docs/latest/rest-api.html#update-run */
export async function updateRun(client: MlflowClient, runId: string, status: MlflowStatus): Promise<void> {
  await client.call({
    method: 'POST',
    path: 'runs/update',
    input: { run_id: runId, status, ...(status === 'RUNNING' ? {} : { end_time: Date.now() }) },
    what: status === 'RUNNING' ? 'open the run again' : `close the run as ${status}`,
    repeatable: true,
  })
}
