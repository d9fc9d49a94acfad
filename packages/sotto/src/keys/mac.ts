import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** One column or field. Integers must be safe ones, or bigints of 64 bits; both encode alike. */
export type MacPart = string | Uint8Array | number | bigint | null

/** The first bytes of every HMAC input: what is authenticated for one purpose never passes for another. */
export type MacPurpose = 'sotto/token/1' | 'sotto/row/1' | 'sotto/cursor/1'

/** HMAC-SHA256 (RFC 2104), 32 bytes, of the purpose and the parts in their order. */
export function mac(key: KeyObject, purpose: MacPurpose, parts: readonly MacPart[]): Buffer {
  const hmac = createHmac('sha256', key)
  const ascii = asciiMacInput(purpose, parts)
  if (ascii === undefined) hmac.update(encodeMacInput(purpose, parts))
  else hmac.update(ascii, 'latin1')
  return hmac.digest()
}

/** Compares in constant time; a MAC of another size is not equal. */
export function macsEqual(expected: Uint8Array, actual: Uint8Array): boolean {
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

const headSize = 5
const integerSize = 8

/**
 * The purpose, then for each part a letter for its type, u32 size and content: `s` UTF-8 text, `b` bytes, `i` an integer
 * as 8 bytes of two's complement, `n` null. So neither ("ab","c") and ("a","bc") nor "" and null collide.
 *
 * Filled in place into one buffer that is large enough for any text: a list checks thousands of rows, and measuring texts
 * first, or joining pieces, takes longer than the HMAC.
 */
export function encodeMacInput(purpose: MacPurpose, parts: readonly MacPart[]): Buffer {
  let most = purpose.length // ASCII
  for (const part of parts) most += headSize + mostBytes(part)
  const bytes = Buffer.allocUnsafe(most)
  let offset = bytes.write(purpose, 'latin1')
  for (const part of parts) offset = writePart(bytes, offset, part)
  return bytes.subarray(0, offset)
}

/**
 * What `encodeMacInput` gives, as a text of its bytes; `undefined` for parts that are not ASCII, numbers or null. Nearly
 * all rows are, and one text goes to the HMAC in one step, where writing each part into a buffer takes longer than hashing.
 */
function asciiMacInput(purpose: MacPurpose, parts: readonly MacPart[]): string | undefined {
  let input: string = purpose
  let texts = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      input += (shortHeads[part.length] ?? textHead(part.length)) + part
      texts += part
    } else if (part === null) input += nullText
    else if (typeof part === 'number' && Number.isSafeInteger(part)) {
      const high = Math.floor(part / 2 ** 32)
      input += `${integerHead}${u32Text(high)}${u32Text(part - high * 2 ** 32)}`
    } else return undefined
  }
  return isAscii.test(texts) ? input : undefined
}

const isAscii = /^[\u0000-\u007f]*$/
/** By length: most texts are shorter. */
const shortHeads: readonly string[] = Array.from({ length: 256 }, (_, length) => textHead(length))
const nullText = `n${u32Text(0)}`
const integerHead = `i${u32Text(integerSize)}`

function textHead(length: number): string {
  return `s${u32Text(length)}`
}

/** Four bytes, big-endian, a character each. */
function u32Text(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

/** No less than the size of a part's content: UTF-8 has at most three bytes for a unit of UTF-16. */
function mostBytes(part: MacPart): number {
  if (part === null) return 0
  if (typeof part === 'string') return 3 * part.length
  return part instanceof Uint8Array ? part.length : integerSize
}

/** Gives the offset behind the part. */
function writePart(bytes: Buffer, offset: number, part: MacPart): number {
  const start = offset + headSize
  if (part === null) return writeHead(bytes, offset, 'n', 0)
  if (typeof part === 'string') {
    if (!part.isWellFormed()) throw new RangeError('text to authenticate is not well-formed Unicode')
    const size = bytes.write(part, start)
    return writeHead(bytes, offset, 's', size) + size
  }
  if (part instanceof Uint8Array) {
    bytes.set(part, start)
    return writeHead(bytes, offset, 'b', part.length) + part.length
  }
  if (typeof part === 'number') {
    if (!Number.isSafeInteger(part)) throw new RangeError('a number to authenticate is not a safe integer')
    // Two's complement without the way through a BigInt.
    const high = Math.floor(part / 2 ** 32)
    bytes.writeUInt32BE(part - high * 2 ** 32, bytes.writeInt32BE(high, start))
  } else bytes.writeBigInt64BE(part, start)
  return writeHead(bytes, offset, 'i', integerSize) + integerSize
}

function writeHead(bytes: Buffer, offset: number, type: 's' | 'b' | 'i' | 'n', size: number): number {
  return bytes.writeUInt32BE(size, bytes.writeUInt8(type.charCodeAt(0), offset))
}
