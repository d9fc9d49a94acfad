/**
 * Who read what: secret versions that attempts of runs have read. And what an attempt may read: the secrets that its step
 * declares and, by `resolveReferences` alone, what the components and settings of the step refer to. With
 * `declared-secrets: recorded` also whatever its principal may read, which is marked as undeclared; with `required` nothing
 * else. The rights of the principal are asked before, whatever is declared.
 */
import { SottoError, isId, shown } from '@sotto/sdk/model'
import type { DeclaredSecret, RunInput } from '@sotto/sdk/model'
import { attemptTable, runTable, secretReadTable } from '../../store/runs.ts'
import type { AttemptRow, RunRow } from '../../store/runs.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { findSecret, scopeOf } from './lookup.ts'

/** A secret by its name, with the keys and the version that may be read; all and each where none is named. */
export type HeldSecret = Pick<DeclaredSecret, 'name' | 'keys' | 'version'>

/** An attempt on whose behalf is read, and its run. */
export interface Reader {
  readonly attempt: AttemptRow
  readonly run: RunRow
  readonly held: readonly HeldSecret[]
}

interface Read {
  readonly secret: SecretRow
  readonly version: number
  readonly keys: readonly string[]
}

/**
 * The caller's own running attempt; that of its token where none is named. Throws `run_not_found` for any other, and for
 * another than that of the token.
 */
export async function findReader(call: Call, attemptId: string | undefined): Promise<Reader | undefined> {
  const own = call.token?.attempt_id ?? undefined
  const id = attemptId?.toLowerCase() ?? own
  if (id === undefined) return undefined
  const attempt = isId(id) && id === (own ?? id) ? await call.rows.find(attemptTable, 'id = $1', [id]) : undefined
  const run =
    attempt && (await call.rows.find(runTable, 'id = $1 AND workspace_id = $2', [attempt.run_id, call.workspaceId]))
  if (attempt?.state !== 'running' || run?.principal_id !== call.principal.id)
    throw new SottoError('run_not_found', `there is no running attempt ${shown(id)}`)
  return { attempt, run, held: heldBy(call, attempt, run) }
}

function heldBy(call: Call, attempt: AttemptRow, run: RunRow): readonly HeldSecret[] {
  const { secrets = [] } = JSON.parse(run.requirements) as RunInput['requirements'] // as createRun wrote it
  const declared = secrets.filter(({ place }) => place === `step ${attempt.step}`)
  if (call.operation !== 'resolveReferences') return declared
  return [...declared, ...(JSON.parse(attempt.held ?? '[]') as HeldSecret[])] // as startAttempt wrote it
}

/** Records one read of a version by the attempt. Throws `undeclared_secret` where only declared ones are allowed. */
export async function recordRead(call: Call, reader: Reader, read: Read): Promise<void> {
  const { attempt } = reader
  const leads = await nameLeadsTo(call, read.secret)
  const held = leads ? heldVersions(reader, read) : []
  const declared =
    held.length > 0 && read.keys.every((key) => held.some(({ keys }) => keys === undefined || keys.includes(key)))
  if (!declared && attempt.declared_mode === 'required') throw undeclared(attempt, read, { leads, held })
  await call.rows.insert(secretReadTable, {
    id: call.newId(),
    attempt_id: attempt.id,
    secret_id: read.secret.id,
    secret_name: read.secret.name,
    version: read.version,
    keys: JSON.stringify(read.keys),
    declared: declared ? 1 : 0,
    read_at: call.nowMs,
  })
}

/** The name leads to one secret; its namesake in the other scope, asked for by scope or id, was not declared. */
async function nameLeadsTo(call: Call, { id, name }: SecretRow): Promise<boolean> {
  // References are by name alone.
  return call.operation === 'resolveReferences' || (await findSecret(call, { secret: name }))?.id === id
}

function heldVersions({ held }: Reader, { secret, version }: Read): readonly HeldSecret[] {
  return held.filter((each) => each.name === secret.name && (each.version === undefined || each.version === version))
}

function undeclared(
  { step }: AttemptRow,
  { secret }: Read,
  { leads, held }: { readonly leads: boolean; readonly held: readonly HeldSecret[] },
): SottoError {
  const { name } = secret
  const keys = [...new Set(held.flatMap((each) => each.keys ?? []))].join(', ')
  const what =
    held.length === 0
      ? `does not declare secret ${shown(name)}${leads ? '' : ` of scope ${scopeOf(secret)}`}`
      : `declares only ${keys} of secret ${shown(name)}`
  const hint =
    held.length === 0
      ? `declare it: secrets: { ${name}: secret('${name}', …) }`
      : 'ask for these keys by name, or declare more of them'
  return new SottoError('undeclared_secret', `step ${step} ${what}, and declared-secrets is "required"`, { hint })
}
