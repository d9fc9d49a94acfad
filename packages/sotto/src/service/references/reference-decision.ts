/** The one decision about a reference or a declared secret, for the check before a run and for its resolution. */
import type { Outcome } from '@sotto/sdk/model'
import { expiryNote, isExpired } from '../secrets/secret-expiry.ts'
import type { SecretQuestion } from './reference-request.ts'
import type { Depth, FoundSecret, FoundVersion, SecretWorld } from './secret-world.ts'

export interface Decision {
  readonly outcome: Exclude<Outcome, 'malformed' | 'attribute missing' | 'not checked'>
  /** Absent where it is missing, or where the caller may not describe it, which looks the same. */
  readonly found?: FoundSecret
  /** Present where it is ok and keys were asked about. */
  readonly version?: FoundVersion
  readonly note?: string
}

/** Decides. Throws `row_altered` where a version that was there is gone. */
export function decide(world: SecretWorld, question: SecretQuestion, depth: Depth): Decision {
  const found = world.find(question.secret)
  if (found === undefined) return { outcome: 'secret missing', ...noted([world.suggestSecret(question.secret)]) }
  const shadow = found.shadows ? 'it hides the workspace secret of that name' : undefined
  const expiry = expiryNote(found.row, world.nowMs)
  if (depth === 'existence') return { outcome: 'ok', found, ...noted([shadow, expiry]) }
  if (!found.readable) return { outcome: 'not readable', found, ...noted([shadow]) }
  if (!world.trust.holds(found.row, question.sources)) return { outcome: 'not trusted', found, ...noted([shadow]) }
  if (isExpired(found.row, world.nowMs)) return { outcome: 'expired', found, ...noted([shadow, expiry]) }
  const version = world.findVersion(found, question.version)
  if (version === undefined) {
    return {
      outcome: 'version missing',
      found,
      ...noted([shadow, `the newest version is ${String(found.row.version)}`]),
    }
  }
  if (question.key === undefined) return { outcome: 'ok', found, version, ...noted([shadow, expiry]) }
  const key = version.keys.get(question.key)
  if (key === undefined) {
    return { outcome: 'key missing', found, ...noted([shadow, world.suggestKey(found.row, question.key, version)]) }
  }
  const bytes =
    question.inText && key.encoding === 'base64' ? 'its value is bytes, which must be UTF-8 here' : undefined
  return { outcome: 'ok', found, version, ...noted([shadow, expiry, bytes]) }
}

function noted(notes: readonly (string | undefined)[]): { note?: string } {
  const note = notes.filter((each) => each !== undefined).join('; ')
  return note === '' ? {} : { note }
}
