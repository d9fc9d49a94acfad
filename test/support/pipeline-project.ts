/** A store of its own and a project folder for a test that runs pipelines for real. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { textValue } from '@sotto/sdk/model'
import type { Api, JsonObject, RunDetail, SecretRead } from '@sotto/sdk/model'
import { connect } from '../../packages/sotto/src/connect/connect.ts'
import { runPlan } from '../../packages/sotto/src/pipelines/engine/local.ts'
import type { FinishedRun, RunPlanOptions } from '../../packages/sotto/src/pipelines/engine/local.ts'
import type { RunEvent } from '../../packages/sotto/src/pipelines/engine/observer.ts'
import { defaultPlaces } from '../../packages/sotto/src/pipelines/places.ts'
import { loadPipeline } from '../../packages/sotto/src/pipelines/plan/load.ts'
import type { TrackerProvider } from '../../packages/sotto/src/pipelines/tracker.ts'

/** Long enough to be masked, and easy to find where it should not be. */
export const PASSWORD = 'correct-horse-battery-staple'

export interface TestedRun {
  readonly finished: FinishedRun | undefined
  /** What was thrown, if anything. */
  readonly error: unknown
  readonly events: readonly RunEvent[]
  readonly detail: RunDetail | undefined
  readonly log: string
  readonly reads: readonly SecretRead[]
}

export interface TestProject {
  readonly api: Api
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  write(name: string, text: string): string
  /** Runs a pipeline of a file to its end, whatever the end. */
  run(file: string, name?: string, options?: Partial<RunPlanOptions>): Promise<TestedRun>
  close(): Promise<void>
}

/** Opens both in temporary folders; the store has the secret `crm` with username (plain) and password. */
export async function makeTestProject(trackers: readonly TrackerProvider[] = []): Promise<TestProject> {
  const home = mkdtempSync(join(tmpdir(), 'sotto-home-'))
  const folder = mkdtempSync(join(tmpdir(), 'sotto-project-'))
  // The root key is found by the home; the variable must not reach a step either way.
  const env = { ...process.env, SOTTO_HOME: home, SOTTO_TOKEN: 'sotto_user_token-of-the-test' }
  const connection = await connect({ env })
  const { api } = connection
  await api.createSecret({
    name: 'crm',
    values: { username: textValue('admin'), password: textValue(PASSWORD) },
    plain: ['username'],
  })
  return {
    api,
    folder,
    env,
    write(name, text) {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    async run(file, name, options = {}) {
      const events: RunEvent[] = []
      const loaded = await loadPipeline(file, name)
      const parameters: JsonObject = {}
      const settled = await runPlan({
        api,
        ...loaded,
        parameters,
        env,
        trackers,
        places: defaultPlaces(env),
        graceMs: 1000,
        ...options,
        observer: (event) => {
          events.push(event)
          options.observer?.(event)
        },
      }).then(
        (finished) => ({ finished, error: undefined }),
        (error: unknown) => ({ finished: undefined, error }),
      )
      const started = events.find((event) => event.kind === 'run started')
      if (started === undefined) return { ...settled, events, detail: undefined, log: '', reads: [] }
      const run = started.run.id
      const detail = await api.describeRun({ run })
      const { reads } = await api.listRunSecrets({ run })
      return { ...settled, events, detail, log: await readLog(api, run), reads }
    },
    async close() {
      await connection.close()
      for (const path of [home, folder]) rmSync(path, { recursive: true, force: true })
    },
  }
}

async function readLog(api: Api, run: string): Promise<string> {
  const parts: Buffer[] = []
  let offsetBytes = 0
  for (;;) {
    const page = await api.readRunLog({ run, offsetBytes })
    for (const chunk of page.chunks) parts.push(Buffer.from(chunk.dataBase64, 'base64'))
    if (page.offsetBytes === offsetBytes) return Buffer.concat(parts).toString()
    offsetBytes = page.offsetBytes
  }
}
