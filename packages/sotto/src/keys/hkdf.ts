import { hkdfSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface HkdfInput {
  readonly key: KeyObject
  readonly salt: Uint8Array
  /** Names the use and its version, as `sotto/value/1`: two uses never share an output. */
  readonly info: string
}

/** HKDF-SHA256 (RFC 5869) with 64 bytes of output. The caller wipes them. */
export function hkdf({ key, salt, info }: HkdfInput): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, 64))
}
