/** Settings as authors write them into code: `TYPE.ATTRIBUTE` or a named switch; references allowed. */
import { SottoError } from '@sotto/sdk/model'
import type { Json, JsonObject } from '@sotto/sdk/model'
import { isObject, toJsonData } from '../json-data.ts'

/** `{ 'experiment-tracker.tracking_uri': '{{mlflow.uri}}', 'declared-secrets': 'required' }`. */
export type Settings = { readonly [setting: string]: Json }

/** Checks that settings are JSON and returns a copy. */
export function readSettings(what: string, given: unknown): JsonObject {
  if (given === undefined) return {}
  const data = toJsonData(given, `${what}: settings`, 'pipeline_invalid')
  if (isObject(data)) return data
  throw new SottoError('pipeline_invalid', `${what}: settings is not an object`, {
    hint: "write settings: { 'experiment-tracker.experiment_name': 'churn' }",
  })
}
