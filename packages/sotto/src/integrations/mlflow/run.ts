/** A run of MLflow for one attempt of a step. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { RunState } from '@sotto/sdk/model'
import type { TrackerRun } from '../../pipelines/tracker.ts'
import { artifactUrl } from './artifacts.ts'
import { batchesOf, batchSizes, metricValue, requireEntries } from './batch.ts'
import type { MlflowClient } from './client.ts'
import { credentialVariables } from './credentials.ts'
import { settleParent } from './parent-run.ts'
import { updateRun } from './run-calls.ts'
import type { MlflowStatus } from './run-calls.ts'
import { tagList } from './run-tags.ts'

export interface MlflowRunPlace {
  readonly id: string
  readonly experimentId: string
  readonly artifactRoot: string
  /** The parent, with `nested`. */
  readonly parentId: string | undefined
}

const statusOf: { readonly [state in Exclude<RunState, 'running'>]: MlflowStatus } = {
  completed: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'KILLED',
}

/**
 * Of the user's own shell. A foreign user name goes before our token, an experiment's name before our id.
 * Source: `mlflow/environment_variables.py` of https://github.com/mlflow/mlflow.
 */
const notInherited = {
  MLFLOW_TRACKING_USERNAME: undefined,
  MLFLOW_TRACKING_PASSWORD: undefined,
  MLFLOW_TRACKING_TOKEN: undefined,
  MLFLOW_TRACKING_AUTH: undefined,
  MLFLOW_TRACKING_AWS_SIGV4: undefined,
  MLFLOW_EXPERIMENT_NAME: undefined,
}

export class MlflowRun implements TrackerRun {
  readonly id: string
  readonly url: string
  readonly #client: MlflowClient
  readonly #place: MlflowRunPlace

  constructor(client: MlflowClient, place: MlflowRunPlace) {
    this.#client = client
    this.#place = place
    this.id = place.id
    this.url = `${client.config.baseUrl}/#/experiments/${place.experimentId}/runs/${place.id}`
  }

  async logMetrics(metrics: { readonly [name: string]: number }, step: number = 0): Promise<void> {
    // MLflow would cut the fraction off without a word.
    if (!Number.isSafeInteger(step))
      throw new SottoError('input_invalid', 'the step of a metric must be a whole number')
    const timestamp = Date.now()
    const entries = Object.entries(metrics).map(([key, value]) => ({ key, value: metricValue(value), timestamp, step }))
    requireEntries('metrics', entries)
    // Not repeatable: some of MLflow's stores append a metric each time it comes.
    await this.#log('metrics', entries, false)
  }

  async logParams(params: { readonly [name: string]: string }): Promise<void> {
    const entries = tagList(params)
    requireEntries('params', entries)
    await this.#log('params', entries, true)
  }

  async setTags(tags: { readonly [name: string]: string }): Promise<void> {
    const entries = tagList(tags)
    requireEntries('tags', entries)
    await this.#log('tags', entries, true)
  }

  async logArtifact(path: string, data: Uint8Array): Promise<void> {
    const url = artifactUrl(this.#client.config, this.#place.artifactRoot, path)
    await this.#client.upload(url, data, `store the artifact ${shown(path)}`)
  }

  /**
   * `mlflow.start_run()`, or just logging, joins this run. The client of Python closes the run itself when its process
   * ends; `finish` then writes the state of the attempt over it.
   */
  environment(): { readonly [name: string]: string | undefined } {
    const { config } = this.#client
    return {
      ...notInherited,
      MLFLOW_TRACKING_URI: config.baseUrl,
      ...credentialVariables(config.credentials),
      MLFLOW_TRACKING_INSECURE_TLS: config.verifyTls ? 'false' : 'true',
      MLFLOW_EXPERIMENT_ID: this.#place.experimentId,
      MLFLOW_RUN_ID: this.id,
    }
  }

  async finish(state: Exclude<RunState, 'running'>): Promise<void> {
    const { experimentId, parentId } = this.#place
    try {
      await updateRun(this.#client, this.id, statusOf[state])
      if (parentId !== undefined) await settleParent(this.#client, experimentId, parentId)
    } finally {
      this.#client.close()
    }
  }

  async #log(kind: keyof typeof batchSizes, entries: readonly object[], repeatable: boolean): Promise<void> {
    for (const batch of batchesOf(entries, batchSizes[kind])) {
      await this.#client.call({
        method: 'POST',
        path: 'runs/log-batch',
        input: { run_id: this.id, [kind]: batch },
        what: `log ${kind}`,
        repeatable,
        ...(kind === 'params'
          ? { hint: 'a parameter keeps its first value: log each once, or use a metric or a tag' }
          : {}),
      })
    }
  }
}
