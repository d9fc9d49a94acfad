/** The same story with a real MLflow server that wants a password: `npm run demo:mlflow`. Needs Python 3.10 with venv. */
import { copyFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { mlflowAvailable, startMlflow } from '../test/support/mlflow.ts'
import { findPlanted } from './leaks.ts'
import { newestRun, openStory } from './story.ts'

const available = mlflowAvailable()
if (available !== true) {
  process.stderr.write(`this demo needs Python 3.10 or newer with venv: ${available}\n`)
  process.exit(1)
}
process.stdout.write(
  'Starting a real MLflow server with authentication; the first time it is installed, which takes a minute or two.\n',
)
await using mlflow = await startMlflow({ rememberSignIn: true })
await using story = await openStory({
  PATH: `${path.dirname(mlflow.python)}${path.delimiter}${process.env['PATH'] ?? ''}`,
})
for (const file of ['tracked.ts', 'evaluate.py']) {
  await copyFile(path.join(import.meta.dirname, 'pipelines', file), path.join(story.work, file))
}

story.tell('The tracker refers to a secret that does not exist yet.')
await story.run(
  `sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=${mlflow.url} --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}`,
)
await story.run('sotto stack register tracking --from default --experiment-tracker=mlflow')
await story.run('sotto stack set tracking')

story.tell('The run is refused before its first step.')
await story.run('sotto run start tracked.ts --lr=0.1', { status: 7 })

story.tell('register-secrets mends it.')
await writeFile(
  path.join(story.work, 'missing.yaml'),
  `mlflow_secret:\n  username: ${mlflow.username}\n  password: ${mlflow.password}\n`,
  { mode: 0o600 },
)
await story.run('sotto stack register-secrets --values=@missing.yaml')
await writeFile(path.join(story.work, 'missing.yaml'), '')

story.tell('A step in TypeScript and one in Python log to MLflow.')
await story.run('sotto run start tracked.ts --lr=0.1')
const run = newestRun(await story.run('sotto run list -o json'))
await story.run(`sotto run logs ${run}`)
await story.run(`sotto run secrets ${run}`)

story.tell('MLflow has both runs, finished, and no password in them.')
const runs = await searchRuns()
for (const { name, status, metrics } of runs) process.stdout.write(`${name}: ${status}, ${metrics}\n`)
if (runs.length !== 2 || runs.some(({ status }) => status !== 'FINISHED'))
  throw new Error('the demo failed: MLflow does not have two finished runs')

const found = await findPlanted([story.home, story.work, mlflow.dir], [mlflow.password])
if (found.length > 0) throw new Error(`the demo failed: the password was found in ${found.join(', ')}`)
process.stdout.write(
  "searched every file of the store, the logs, the artifacts and MLflow's own database for the password: not found\n",
)

interface MlflowRun {
  readonly name: string
  readonly status: string
  readonly metrics: string
}

/** All runs that MLflow knows, asked for over its REST API: https://mlflow.org/docs/latest/rest-api.html */
async function searchRuns(): Promise<MlflowRun[]> {
  const call = async (method: string, body: object): Promise<unknown> => {
    const response = await fetch(`${mlflow.url}/api/2.0/mlflow/${method}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${mlflow.username}:${mlflow.password}`)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`the demo failed: MLflow answered ${String(response.status)}`)
    return await response.json()
  }
  const { experiments } = (await call('experiments/search', { max_results: 100 })) as {
    experiments: { experiment_id: string }[]
  } // as its documents say
  const found = (await call('runs/search', {
    experiment_ids: experiments.map((experiment) => experiment.experiment_id),
  })) as {
    runs?: { info: { run_name: string; status: string }; data: { metrics?: { key: string; value: number }[] } }[] // likewise
  }
  return (found.runs ?? []).map(({ info, data }) => ({
    name: info.run_name,
    status: info.status,
    metrics: (data.metrics ?? []).map(({ key, value }) => `${key} ${String(value)}`).join(', '),
  }))
}
