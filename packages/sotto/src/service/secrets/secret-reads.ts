/** Who read what: secret versions that attempts of runs have read. */
import { SottoError, isId, shown } from '@sotto/sdk/model'
import type { DeclaredSecret, RunInput } from '@sotto/sdk/model'
import { attemptTable, runTable, secretReadTable } from '../../store/runs.ts'
import type { AttemptRow, RunRow } from '../../store/runs.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { findSecret } from './lookup.ts'

/** An attempt on whose behalf is read, and its run. */
export interface Reader {
  readonly attempt: AttemptRow
  readonly run: RunRow
}

/** The caller's own running attempt. Throws `run_not_found` for any other. */
export async function getReader(call: Call, attemptId: string): Promise<Reader> {
  const attempt = isId(attemptId) ? await call.rows.find(attemptTable, 'id = $1', [attemptId.toLowerCase()]) : undefined
  const run =
    attempt && (await call.rows.find(runTable, 'id = $1 AND workspace_id = $2', [attempt.run_id, call.workspaceId]))
  if (attempt?.state === 'running' && run?.principal_id === call.principal.id) return { attempt, run }
  throw new SottoError('run_not_found', `there is no running attempt ${shown(attemptId)}`)
}

/** Records one read of a version by the attempt. */
export async function recordRead(
  call: Call,
  { attempt, run }: Reader,
  read: { secret: SecretRow; version: number; keys: readonly string[] },
): Promise<void> {
  await call.rows.insert(secretReadTable, {
    id: call.newId(),
    attempt_id: attempt.id,
    secret_id: read.secret.id,
    secret_name: read.secret.name,
    version: read.version,
    keys: JSON.stringify(read.keys),
    declared: call.operation === 'resolveReferences' || (await declares(call, { run, attempt }, read)) ? 1 : 0,
    read_at: call.nowMs,
  })
}

/** Did the attempt's step declare these keys of the version? What `resolveReferences` reads, a plan named. */
async function declares(
  call: Call,
  { run, attempt }: Reader,
  read: { secret: SecretRow; version: number; keys: readonly string[] },
): Promise<boolean> {
  const { secrets = [] } = JSON.parse(run.requirements) as RunInput['requirements'] // as createRun wrote it
  const declared = secrets.filter(
    ({ place, name, version }: DeclaredSecret) =>
      place === `step ${attempt.step}` &&
      name === read.secret.name &&
      (version === undefined || version === read.version),
  )
  const every = read.keys.every((key) => declared.some(({ keys }) => keys === undefined || keys.includes(key)))
  if (!every || declared.length === 0) return false
  // The name leads to one secret; its namesake in the other scope, asked for by scope or id, was not declared.
  return (await findSecret(call, { secret: read.secret.name }))?.id === read.secret.id
}
