/**
 * Operations on runs and attempts. Their states:
 *
 *     running -> completed | failed | cancelled      once, for an attempt and for a run
 */
import { SottoError, requireName } from '@sotto/sdk/model'
import type { AttemptEnd, Json, NewAttempt, RunQuery, SecretRead } from '@sotto/sdk/model'
import { canonicalJson } from '../../store/canonical-json.ts'
import { artifactTable, attemptTable, runTable, secretReadTable } from '../../store/runs.ts'
import type { ArtifactRow, AttemptRow, RunRow } from '../../store/runs.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { pageLimit, pageStart, toPage } from '../cursor.ts'
import type { Handlers } from '../door.ts'
import { grantOf } from './attempt-grant.ts'
import { createAttemptToken, endAttemptTokens } from './attempt-tokens.ts'
import { describeAttempt, describeRunRow, describeRunWhole, getAttempt, getRun, listAttempts } from './run-rows.ts'
import { timeText } from '../time.ts'

type RunOperation =
  | 'createRun'
  | 'startAttempt'
  | 'finishAttempt'
  | 'finishRun'
  | 'describeRun'
  | 'listRuns'
  | 'listRunSecrets'

export const runHandlers: Handlers<RunOperation> = {
  createRun: async (call, input) => {
    call.ask(`run of ${input.pipeline}`)
    requireName('pipeline', input.pipeline)
    call.require({ kind: 'run', name: input.pipeline })
    const row: RunRow = {
      id: call.newId(),
      workspace_id: call.workspaceId,
      pipeline: input.pipeline,
      stack: input.stack,
      principal_id: call.principal.id,
      state: 'running',
      error: null,
      parameters: canonicalJson(input.parameters),
      plan: canonicalJson(input.plan),
      level: input.level,
      requirements: canonicalJson(input.requirements as Json), // made of JSON alone
      started_at: call.nowMs,
      ended_at: null,
    }
    await call.rows.insert(runTable, row)
    call.event({
      object: `run ${row.pipeline}`,
      objectId: row.id,
      detail: { stack: row.stack, level: row.level },
    })
    return describeRunRow(call, row)
  },

  startAttempt: async (call, input): Promise<NewAttempt> => {
    const { step } = input
    const run = await getRun(call, input.run)
    requireRunning(run, `run ${run.id}`)
    if (run.principal_id !== call.principal.id)
      throw new SottoError('forbidden', `run ${run.id} is somebody else's: nobody but who began it goes on with it`)
    const earlier = (await listAttempts(call, run)).filter((attempt) => attempt.step === step)
    const row: AttemptRow = {
      id: call.newId(),
      run_id: run.id,
      step,
      number: earlier.length + 1,
      state: 'running',
      error: null,
      exit_code: null,
      started_at: call.nowMs,
      ended_at: null,
      ...(await grantOf(call, run, input)),
    }
    await call.rows.insert(attemptTable, row)
    const token = await createAttemptToken(call, row)
    const detail = { attempt: row.id, step, ...(token === undefined ? {} : { token: token.id }) }
    call.event({ object: `run ${run.pipeline}`, objectId: run.id, detail })
    return { ...describeAttempt(row, []), ...(token === undefined ? {} : { token: token.text }) }
  },

  finishAttempt: async (call, input) => {
    const { attempt, run } = await getAttempt(call, input.attempt)
    requireRunning(attempt, `attempt ${attempt.id}`)
    const row: AttemptRow = {
      ...attempt,
      state: input.state,
      error: input.error ?? null,
      exit_code: input.exitCode ?? null,
      ended_at: call.nowMs,
    }
    await call.rows.update(attemptTable, row)
    await endAttemptTokens(call, 'attempt_id = $1', row.id)
    const artifacts = await insertArtifacts(call, input)
    const detail = {
      attempt: row.id,
      step: row.step,
      state: row.state,
      artifacts: artifacts.map(({ digest: of }) => of),
    }
    call.event({ object: `run ${run.pipeline}`, objectId: run.id, detail })
    return describeAttempt(row, artifacts)
  },

  finishRun: async (call, input) => {
    const run = await getRun(call, input.run)
    requireRunning(run, `run ${run.id}`)
    const row: RunRow = { ...run, state: input.state, error: input.error ?? null, ended_at: call.nowMs }
    await call.rows.update(runTable, row)
    await endAttemptTokens(call, 'attempt_id IN (SELECT id FROM attempt WHERE run_id = $1)', row.id)
    call.event({ object: `run ${run.pipeline}`, objectId: run.id, detail: { state: row.state } })
    return describeRunRow(call, row)
  },

  describeRun: async (call, { run }) => describeRunWhole(call, await getRun(call, run)),

  listRuns: async (call, query) => {
    const rows = await selectRuns(call, query)
    return toPage(call, query, {
      rows,
      positionOf: (row) => [row.started_at, row.id],
      describe: (row) => describeRunRow(call, row),
    })
  },

  listRunSecrets: async (call, { run: text }) => {
    const run = await getRun(call, text)
    const steps = new Map((await listAttempts(call, run)).map((attempt) => [attempt.id, attempt.step]))
    const rows = await call.rows.list(
      secretReadTable,
      'WHERE attempt_id IN (SELECT id FROM attempt WHERE run_id = $1) ORDER BY read_at, id',
      [run.id],
    )
    const reads = rows.map((row): SecretRead => ({
      step: steps.get(row.attempt_id) ?? '', // an attempt that was taken away outside of Sotto: audit verify tells
      attempt: row.attempt_id,
      secretId: row.secret_id,
      secret: row.secret_name,
      version: row.version,
      keys: JSON.parse(row.keys) as string[], // under the row's HMAC: written by us
      declared: row.declared === 1,
      at: timeText(row.read_at),
    }))
    return { reads }
  },
}

async function insertArtifacts(call: Call, input: AttemptEnd): Promise<readonly ArtifactRow[]> {
  const rows = (input.outputs ?? []).map((output): ArtifactRow => ({
    attempt_id: input.attempt,
    name: output.name,
    digest: output.digest,
    size_bytes: output.sizeBytes,
    codec: output.codec,
  }))
  for (const row of rows) await call.rows.insert(artifactTable, row)
  return rows
}

/** Runs newest first, one more than the page holds, of pipelines whose runs the caller may describe. */
function selectRuns(call: Call, query: RunQuery): Promise<readonly RunRow[]> {
  call.ask('run')
  const conditions = new Conditions()
  conditions.equals('workspace_id', call.workspaceId)
  conditions.named('pipeline', call.visibleNames('run'))
  conditions.equals('pipeline', query.pipeline)
  conditions.equals('stack', query.stack)
  conditions.equals('state', query.state)
  conditions.behind(['started_at', 'id'], 'descending', pageStart(call, query))
  const clauses = `${conditions.where} ORDER BY started_at DESC, id DESC LIMIT ${String(pageLimit(query) + 1)}`
  return call.rows.list(runTable, clauses, conditions.params)
}

function requireRunning(row: { readonly state: string }, what: string): void {
  if (row.state === 'running') return
  throw new SottoError('version_conflict', `${what} has ended already: it is ${row.state}`, { hint: 'sotto run list' })
}
