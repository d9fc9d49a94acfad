/**
 * The token of an attempt: its supervisor works with it, and not with that of the run's principal. It reaches what the
 * attempt does (`attemptOperations`, for this attempt alone) and reads what it may (`secrets/secret-reads.ts`), never more
 * than its principal at that moment; and it ends with the attempt, with the run, and with the token that began it.
 */
import type { Id } from '@sotto/sdk/model'
import { tokenTable } from '../../store/principals.ts'
import type { TokenRow } from '../../store/principals.ts'
import type { AttemptRow } from '../../store/runs.ts'
import type { Call } from '../call.ts'
import { createTokenText } from '../principals/token-text.ts'

/** An attempt whose supervisor is gone keeps its token no longer than that. */
const longestLifeMs = 7 * 24 * 3_600_000

/** Makes it; `undefined` for a caller who came without a token, and so needs none. */
export async function createAttemptToken(
  call: Call,
  attempt: AttemptRow,
): Promise<{ readonly id: Id; readonly text: string } | undefined> {
  const maker = call.token
  if (maker === undefined) return undefined
  const text = createTokenText('attempt', call.parts.random)
  const row: TokenRow = {
    id: call.newId(),
    kind: 'attempt',
    principal_id: call.principal.id,
    workspace_id: call.workspaceId,
    name: `step ${attempt.step}`,
    lookup: call.parts.keyring.current.tokenMac([text]).toString('hex'),
    parent_id: maker.id,
    created_by: call.principal.id,
    created_at: call.nowMs,
    expires_at: Math.min(call.nowMs + longestLifeMs, maker.expires_at),
    revoked_at: null,
    attempt_id: attempt.id,
  }
  await call.rows.insert(tokenTable, row)
  return { id: row.id, text }
}

/** Makes the tokens void that the condition, which names `id` as `$1`, holds for. */
export async function endAttemptTokens(call: Call, condition: string, id: Id): Promise<void> {
  const rows = await call.rows.list(tokenTable, `WHERE ${condition} AND revoked_at IS NULL`, [id])
  for (const row of rows) await call.rows.update(tokenTable, { ...row, revoked_at: call.nowMs })
}
