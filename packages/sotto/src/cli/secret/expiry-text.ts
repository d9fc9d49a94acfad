/** How tables show when a secret expires. */
import type { SecretDescription } from '@sotto/sdk/model'
import { shortTime } from '../print/time.ts'

const dayMs = 24 * 3_600_000

/** `2026-12-24 08:00 UTC`, with a word where that is past or within 7 days; empty for never. */
export function expiryText({ expiresAt }: SecretDescription, now: Date): string {
  if (expiresAt === undefined) return ''
  const leftMs = Date.parse(expiresAt) - now.getTime()
  if (leftMs <= 0) return `${shortTime(expiresAt)}, expired`
  return leftMs > 7 * dayMs ? shortTime(expiresAt) : `${shortTime(expiresAt)}, soon`
}
