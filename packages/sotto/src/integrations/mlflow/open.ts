/**
 * Opens a run at an MLflow tracking server, over its REST API with Node's own HTTP: there is no maintained client on npm,
 * and the calls are few. Each attempt of a step is one run of MLflow.
 */
import { shown, SottoError } from '@sotto/sdk/model'
import type { ResolvedComponent } from '@sotto/sdk/model'
import type { TrackedAttempt, TrackerRun } from '../../pipelines/tracker.ts'
import { requireEntries } from './batch.ts'
import { defaultPatience, MlflowClient } from './client.ts'
import type { Patience } from './client.ts'
import { readConfig } from './config.ts'
import type { MlflowConfig } from './config.ts'
import { getOrCreateExperiment } from './experiment.ts'
import { getOrCreateParent, settleParent } from './parent-run.ts'
import { createRun } from './run-calls.ts'
import { MlflowRun } from './run.ts'
import { tagList, tagsOfAttempt } from './run-tags.ts'

/** Codes: those of `TrackerProvider.open`, and `attribute_invalid`, `unsupported`, `input_invalid` (tags) for the component. */
export async function openMlflowRun(
  component: ResolvedComponent,
  attempt: TrackedAttempt,
  patience: Patience = defaultPatience,
): Promise<TrackerRun> {
  const config = readConfig(component)
  requireEntries('tags', tagList(config.tags))
  refuseValues(config, attempt)
  const client = new MlflowClient(config, patience)
  try {
    const experimentId = await getOrCreateExperiment(client, config.experimentName ?? attempt.pipeline)
    const parentId = config.nested ? await getOrCreateParent(client, experimentId, attempt) : undefined
    const created = await createChild(client, attempt, { experimentId, parentId })
    return new MlflowRun(client, { ...created, experimentId, parentId })
  } catch (error) {
    client.close()
    throw error
  }
}

/** MLflow shows these to all its users, and keeps them. Messages hold no value, so which one it is stays unsaid. */
function refuseValues({ component, experimentName = '', tags }: MlflowConfig, { holdsValue }: TrackedAttempt): void {
  const texts = { experiment_name: [experimentName], tags: Object.entries(tags).flat() }
  for (const [name, shownTexts] of Object.entries(texts)) {
    if (!shownTexts.some(holdsValue)) continue
    throw new SottoError(
      'attribute_invalid',
      `experiment tracker ${shown(component)} has a secret value in ${name}, which MLflow shows to everybody`,
      {
        hint: 'write it in clear; or, if it is no secret, say so where it is kept: sotto secret update NAME --plain KEY',
      },
    )
  }
}

interface ChildPlace {
  readonly experimentId: string
  readonly parentId: string | undefined
}

async function createChild(
  client: MlflowClient,
  attempt: TrackedAttempt,
  { experimentId, parentId }: ChildPlace,
): Promise<{ id: string; artifactRoot: string }> {
  const tags = [...tagsOfAttempt(attempt, client.config.tags)]
  if (parentId !== undefined) tags.push({ key: 'mlflow.parentRunId', value: parentId })
  try {
    return await createRun(client, {
      experimentId,
      name: `${attempt.step} ${attempt.run.slice(0, 8)}`,
      tags,
      what: 'create the run',
    })
  } catch (error) {
    // The first step has just made the parent: it must not stay open when no child comes. The first error is the one to tell.
    if (parentId !== undefined) await settleParent(client, experimentId, parentId).catch(() => undefined)
    throw error
  }
}
