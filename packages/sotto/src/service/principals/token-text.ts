/**
 * The text of a token, which its holder alone has:
 *
 *     sotto_<kind>_<43 characters of base62: 32 random bytes>_<6 characters of base62: checksum>
 *
 * The kind tells people and scanners of leaked credentials what they found. The checksum, the first four bytes of the
 * SHA-256 of all before its `_`, refuses what was cut or mistyped without asking the database, and tells nobody anything.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { tokenKinds } from '@sotto/sdk/model'
import type { TokenKind } from '@sotto/sdk/model'
import type { RandomSource } from '../../keys/random.ts'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomBytes = 32
const randomSize = 43
const checksumSize = 6
const shape = /^sotto_([a-z]+)_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/

/** A new one. */
export function createTokenText(kind: TokenKind, random: RandomSource): string {
  const bytes = random(randomBytes)
  const head = `sotto_${kind}_${base62(bytes, randomSize)}`
  bytes.fill(0)
  return `${head}_${checksum(head)}`
}

/** The kind that a well-formed token names; `undefined` for any other text. */
export function readTokenKind(text: string): TokenKind | undefined {
  const [, word] = shape.exec(text) ?? []
  const kind = tokenKinds.find((each) => each === word)
  if (kind === undefined) return undefined
  const [given, right] = [text.slice(-checksumSize), checksum(text.slice(0, -checksumSize - 1))]
  return timingSafeEqual(Buffer.from(given), Buffer.from(right)) ? kind : undefined
}

function checksum(head: string): string {
  return base62(createHash('sha256').update(head).digest().subarray(0, 4), checksumSize)
}

/** The bytes as one number, in that many digits. */
function base62(bytes: Uint8Array, size: number): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (let place = 0; place < size; place += 1) {
    text = (digits[Number(number % 62n)] ?? '') + text
    number /= 62n
  }
  return text
}
