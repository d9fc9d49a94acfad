/**
 * Goal: what a step sends to the tracker holds no planted value. A step logs its secrets as parameter, tag and artifact,
 * a command prints them; then MLflow's database and artifacts, our store and the outputs are searched.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { findPlanted, formsOf } from '../../demo/leaks.ts'
import { startMlflow } from '../support/mlflow.ts'
import { requirePart } from '../support/parts.ts'
import { emptyHome } from '../support/sotto.ts'
import { watchProcesses } from './processes.ts'

const pipelineFile = `
import { command, pipeline, secret, step } from 'sotto/pipelines'

const careless = step('careless', { tracker: true, secrets: { api: secret('api', 'password') } }, async (_: Record<never, never>, { secrets, tracker }) => {
  const password = secrets.api.password.reveal()
  await tracker.logParams({ password, note: 'signed in with ' + password })
  await tracker.setTag('header', 'Basic ' + btoa('svc:' + password))
  await tracker.logMetric('length', password.length)
  await tracker.logArtifact('config.json', JSON.stringify({ password }))
  await tracker.logArtifact('nested/raw.txt', 'password=' + password)
})
const quiet = command('quiet', { run: ['python', '-c', 'import os; print([name for name in os.environ if name.startswith("MLFLOW_")])'] })
const joined = command('joined', { run: ['python', 'joined.py'], tracker: true })
export const tracked = pipeline('tracked', () => {
  const first = careless({})
  const second = joined({}, { after: [first] })
  return quiet({}, { after: [second] })
})
`

const joinedFile = `
import os
import mlflow
with mlflow.start_run():
    mlflow.log_param("ok", 1)
print("password", os.environ["MLFLOW_TRACKING_PASSWORD"])
`

test('no planted value is in the tracker, and nothing of the tracker is left to the next step', async (t) => {
  if (!requirePart(t, 'mlflow')) return
  await using mlflow = await startMlflow({ rememberSignIn: true })
  await using home = await emptyHome()
  const password = `pw-${randomBytes(15).toString('base64url')}`
  await writeFile(path.join(home.work, 'tracked.ts'), pipelineFile)
  await writeFile(path.join(home.work, 'joined.py'), joinedFile)
  const shell = async (line: string, input = ''): Promise<string> => {
    const env = { PATH: `${path.dirname(mlflow.python)}${path.delimiter}${home.env['PATH'] ?? ''}` }
    const { status, stdout, stderr } = await home.shell(line, { input, env })
    assert.equal(status, 0, stdout + stderr)
    return stdout + stderr
  }
  await shell('sotto secret create api --password=@-', password)
  await shell(`sotto secret create mlflow_secret --username=${mlflow.username} --password=@-`, mlflow.password)
  await shell(
    `sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=${mlflow.url} --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}`,
  )
  await shell('sotto stack register tracked --from default --experiment-tracker=mlflow')
  const forms = [password, mlflow.password].flatMap(formsOf)
  // A command that declares the tracker gets its credentials: that is what it asks for.
  using watch = watchProcesses(home.folder, forms, (program) => program.includes('joined.py'))
  const printed = await shell('sotto run start tracked.ts --stack tracked')
  watch[Symbol.dispose]()
  assert.deepEqual(watch.sightings, [])
  assert.ok(watch.seen.size >= 3)
  assert.match(printed, /quiet +\| \[\]/)
  for (const form of forms) assert.ok(!printed.includes(form))
  assert.deepEqual(await findPlanted([home.folder, home.work, mlflow.dir], [password, mlflow.password]), [])
})
