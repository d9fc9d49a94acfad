/** Finds and describes runs and attempts: what the operations on runs and on their logs share. */
import { SottoError, isId, shown } from '@sotto/sdk/model'
import type { ArtifactRecord, Attempt, Id, Right, Run, RunDetail, RunState } from '@sotto/sdk/model'
import { artifactTable, attemptTable, runTable } from '../../store/runs.ts'
import type { ArtifactRow, AttemptRow, RunRow } from '../../store/runs.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { principalName } from '../secrets/secret-description.ts'
import { timeText } from '../time.ts'

/** Among how many of the newest runs a shortened id is looked for. */
const recentRuns = 1000
/** An id, or a beginning or an end of one. */
const partOfId = /^[0-9a-f-]{6,36}$/i

/** The run by its id, or by an unambiguous beginning or end of one of the newest. Throws `run_not_found`, `input_invalid`. */
export async function getRun(call: Call, text: string, right?: Right): Promise<RunRow> {
  // Only what may be an id is recorded: anything else, of any length, may be a value that was pasted here.
  call.ask(partOfId.test(text) ? `run ${text}` : 'run')
  const id = isId(text) ? text.toLowerCase() : await completeId(call, text)
  const run = await call.rows.find(runTable, 'id = $1 AND workspace_id = $2', [id, call.workspaceId])
  if (run === undefined || !call.may({ kind: 'run', name: run.pipeline }, 'describe')) throw runNotFound(text)
  call.require({ kind: 'run', name: run.pipeline }, right)
  return run
}

async function completeId(call: Call, text: string): Promise<Id> {
  if (!partOfId.test(text)) throw runNotFound(text)
  const part = text.toLowerCase()
  const conditions = new Conditions()
  conditions.equals('workspace_id', call.workspaceId)
  conditions.named('pipeline', call.access.names('describe', 'run'))
  const rows = await call.tx.all(
    `SELECT id FROM run ${conditions.where} ORDER BY started_at DESC, id DESC LIMIT ${String(recentRuns)}`,
    conditions.params,
  )
  const ids = rows.map((row) => String(row['id'])).filter((id) => id.startsWith(part) || id.endsWith(part))
  if (ids.length > 1) {
    throw new SottoError('input_invalid', `${String(ids.length)} runs have ids that begin or end with ${shown(text)}`, {
      hint: 'give more of the id: sotto run list',
    })
  }
  if (ids[0] === undefined) throw runNotFound(text)
  return ids[0]
}

/** The attempt and its run. Throws `run_not_found`. */
export async function getAttempt(call: Call, id: Id): Promise<{ attempt: AttemptRow; run: RunRow }> {
  call.ask(isId(id) ? `attempt ${id}` : 'attempt')
  const attempt = await call.rows.find(attemptTable, 'id = $1', [id])
  const run =
    attempt && (await call.rows.find(runTable, 'id = $1 AND workspace_id = $2', [attempt.run_id, call.workspaceId]))
  const ofToken = call.token?.attempt_id ?? id
  if (
    attempt === undefined ||
    ofToken !== id ||
    run === undefined ||
    !call.may({ kind: 'run', name: run.pipeline }, 'describe')
  ) {
    throw new SottoError('run_not_found', `there is no attempt ${shown(id)}`)
  }
  call.require({ kind: 'run', name: run.pipeline })
  return { attempt, run }
}

/** Attempts of a run in the order of their start. */
export function listAttempts(call: Call, run: RunRow): Promise<readonly AttemptRow[]> {
  return call.rows.list(attemptTable, 'WHERE run_id = $1 ORDER BY started_at, step, number', [run.id])
}

function runNotFound(text: string): SottoError {
  return new SottoError('run_not_found', `there is no run ${shown(text)}`)
}

export async function describeRunRow(call: Call, row: RunRow): Promise<Run> {
  return {
    id: row.id,
    pipeline: row.pipeline,
    stack: row.stack,
    principal: await principalName(call, row.principal_id),
    state: row.state as RunState, // under the row's HMAC: written by us
    ...(row.error === null ? {} : { error: row.error }),
    parameters: JSON.parse(row.parameters) as Run['parameters'], // likewise
    startedAt: timeText(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: timeText(row.ended_at) }),
  }
}

export async function describeRunWhole(call: Call, row: RunRow): Promise<RunDetail> {
  const attempts = await listAttempts(call, row)
  const artifacts = await call.rows.list(
    artifactTable,
    'WHERE attempt_id IN (SELECT id FROM attempt WHERE run_id = $1) ORDER BY attempt_id, name',
    [row.id],
  )
  return {
    ...(await describeRunRow(call, row)),
    plan: JSON.parse(row.plan) as RunDetail['plan'], // under the row's HMAC: written by us
    level: row.level as RunDetail['level'], // likewise
    attempts: attempts.map((attempt) =>
      describeAttempt(
        attempt,
        artifacts.filter((artifact) => artifact.attempt_id === attempt.id),
      ),
    ),
  }
}

export function describeAttempt(row: AttemptRow, artifacts: readonly ArtifactRow[]): Attempt {
  return {
    id: row.id,
    step: row.step,
    number: row.number,
    state: row.state as RunState, // under the row's HMAC: written by us
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.exit_code === null ? {} : { exitCode: row.exit_code }),
    startedAt: timeText(row.started_at),
    ...(row.ended_at === null ? {} : { endedAt: timeText(row.ended_at) }),
    outputs: artifacts.map((artifact): ArtifactRecord => ({
      name: artifact.name,
      digest: artifact.digest,
      sizeBytes: artifact.size_bytes,
      codec: artifact.codec as ArtifactRecord['codec'], // likewise
    })),
  }
}
