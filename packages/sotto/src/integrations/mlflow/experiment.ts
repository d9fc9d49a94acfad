/** The experiment that a run belongs to: found by its name, made when it is missing. */
import { shown } from '@sotto/sdk/model'
import type { MlflowClient } from './client.ts'
import { cannot, memberOf, notMlflow } from './trouble.ts'

/** The id. Two steps that start at once agree on one. Codes: those of `TrackerProvider.open`. */
export async function getOrCreateExperiment(client: MlflowClient, name: string): Promise<string> {
  const found = await findExperiment(client, name)
  if (found !== undefined) return found
  const what = `create the experiment ${shown(name)}`
  const created = await client.call({
    method: 'POST',
    path: 'experiments/create',
    input: { name },
    what,
    // A second try that finds the first one's work gets RESOURCE_ALREADY_EXISTS, which we take as done.
    repeatable: true,
    unless: 'RESOURCE_ALREADY_EXISTS',
    hint: `correct experiment_name: sotto experiment-tracker describe ${client.config.component}`,
  })
  const id = created === undefined ? await findExperiment(client, name) : memberOf(created, 'experiment_id')
  if (typeof id !== 'string' || !isId(id)) throw notMlflow(client.config, what)
  return id
}

async function findExperiment(client: MlflowClient, name: string): Promise<string | undefined> {
  const what = `find the experiment ${shown(name)}`
  const answer = await client.call({
    method: 'GET',
    path: 'experiments/get-by-name',
    input: { experiment_name: name },
    what,
    repeatable: true,
    unless: 'RESOURCE_DOES_NOT_EXIST',
  })
  if (answer === undefined) return undefined
  const experiment = memberOf(answer, 'experiment')
  const id = memberOf(experiment, 'experiment_id')
  if (typeof id !== 'string' || !isId(id)) throw notMlflow(client.config, what)
  // MLflow keeps the name of a deleted experiment and refuses to make another of that name.
  if (memberOf(experiment, 'lifecycle_stage') === 'deleted') {
    throw cannot(
      client.config,
      what,
      'has it among the deleted ones',
      `mlflow experiments restore --experiment-id ${id}, or set another experiment_name`,
    )
  }
  return id
}

/** Ids go into addresses, hints and the environment of a command. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9][\w-]{0,255}$/.test(text)
}
