/** When secrets expire. From then on no value of theirs is revealed, to nobody; what is known of them stays to be seen. */
import { SottoError, shown } from '@sotto/sdk/model'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { parseTime, timeText } from '../time.ts'

/** Within this time before it expires, a check says so. */
const warnedAheadMs = 7 * 24 * 3_600_000

export function isExpired({ expires_at: expiresAt }: SecretRow, nowMs: number): boolean {
  return expiresAt !== null && expiresAt <= nowMs
}

/** Throws `secret_expired`. */
export function requireUnexpired(call: Call, secret: SecretRow): void {
  if (!isExpired(secret, call.nowMs)) return
  const expiresAt = timeText(secret.expires_at ?? 0)
  throw new SottoError('secret_expired', `secret ${shown(secret.name)} expired at ${expiresAt}`, {
    hint: `renew it: sotto secret update ${secret.name} --KEY=@FILE --expires 30d`,
    details: { name: secret.name, expiresAt },
  })
}

/** When it expires, where a check should say so; else `undefined`. */
export function nearExpiry({ expires_at: expiresAt }: SecretRow, nowMs: number): string | undefined {
  return expiresAt === null || expiresAt - nowMs > warnedAheadMs ? undefined : timeText(expiresAt)
}

/** The same in words. */
export function expiryNote(secret: SecretRow, nowMs: number): string | undefined {
  const expiresAt = nearExpiry(secret, nowMs)
  return expiresAt === undefined ? undefined : `it ${isExpired(secret, nowMs) ? 'expired' : 'expires'} at ${expiresAt}`
}

/** The column after a write: without a word it stays, `null` is never. Throws `input_invalid` for a time that is past. */
export function expiryAfter(call: Call, given: string | null | undefined, present: number | null): number | null {
  if (given === undefined) return present
  if (given === null) return null
  const expiresAt = parseTime('expiresAt', given)
  if (expiresAt > call.nowMs || expiresAt === present) return expiresAt
  throw new SottoError('input_invalid', `the secret would expire at ${timeText(expiresAt)}, which is past`, {
    hint: 'give a time in the future; a secret that nobody should use is deleted: sotto secret delete NAME',
  })
}
