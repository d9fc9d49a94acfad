/** Ids: UUIDv7 (RFC 9562, section 5.7), 48 bits of time and 74 of randomness. */
import type { Id } from '@sotto/sdk/model'

/** A new id. `random` gives that many random bytes. */
export function createId(nowMs: number, random: (sizeBytes: number) => Buffer): Id {
  const bytes = random(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return idText(bytes)
}

/** The 16 bytes of an id. */
export function idBytes(id: Id): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

/** An id of 16 bytes as text. */
export function idText(bytes: Uint8Array): Id {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
