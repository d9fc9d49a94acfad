/** Tags that say where a run of MLflow comes from. */
import { userInfo } from 'node:os'
import type { TrackedAttempt } from '../../pipelines/tracker.ts'

export interface Tag {
  readonly key: string
  readonly value: string
}

/** Source of `mlflow.*`: https://mlflow.org/docs/latest/ml/tracking/tracking-api/#system-tags. The component's own tags win. */
export function tagsOfAttempt(attempt: TrackedAttempt, own: { readonly [name: string]: string }): readonly Tag[] {
  return tagList({
    'mlflow.source.name': `${attempt.pipeline}/${attempt.step}`,
    ...sourceTags(),
    ...own,
    'sotto.pipeline': attempt.pipeline,
    'sotto.run': attempt.run,
    'sotto.step': attempt.step,
    'sotto.attempt': attempt.attempt,
  })
}

/** For the parent of all runs of one run of a pipeline. */
export function tagsOfParent(attempt: TrackedAttempt, own: { readonly [name: string]: string }): readonly Tag[] {
  return tagList({
    'mlflow.source.name': attempt.pipeline,
    ...sourceTags(),
    ...own,
    'sotto.pipeline': attempt.pipeline,
    'sotto.run': attempt.run,
    'sotto.parent': 'true',
  })
}

export function tagList(tags: { readonly [name: string]: string }): readonly Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}

function sourceTags(): { readonly [name: string]: string } {
  const user = userName()
  return { 'mlflow.source.type': 'JOB', ...(user === undefined ? {} : { 'mlflow.user': user }) }
}

/** A container may run under a user id that has no name. */
function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
