/**
 * What the slot of a root key keeps that a service has wrapped:
 *
 *     version u8 = 1 | u16 size and name of the service's key, UTF-8 | the wrapped root key
 *
 * The name is there to be shown. Whom to ask is never taken from it: whoever can write the database could have the
 * credentials sent to an address of theirs.
 */
import { SottoError } from '@sotto/sdk/model'
import { corruptKeyring, KeyringReader, newerKeyring } from './keyring-reader.ts'
import type { Slot } from './keyring-slot.ts'

const version = 1
/** Both together stay under what a slot may hold. In bytes. */
const maxNameSize = 1024
const maxWrappedSize = 3000

export interface ServiceKeyParameters {
  /** As `SOTTO_ROOT_KEY_SERVICE` named it when the key was wrapped. */
  readonly name: string
  readonly wrapped: Buffer
}

/** Throws `key_service_failed` for a wrapped key that no slot can hold. */
export function encodeServiceKeyParameters(name: string, wrapped: Uint8Array): Buffer {
  const text = Buffer.from(name)
  if (text.length > maxNameSize) throw new RangeError('the name of a service key was not checked')
  if (wrapped.length === 0 || wrapped.length > maxWrappedSize) {
    throw new SottoError('key_service_failed', `${name} gives ${String(wrapped.length)} bytes for a wrapped key.`, {
      hint: 'look whether the address is that of a key service',
    })
  }
  const size = Buffer.alloc(2)
  size.writeUInt16BE(text.length)
  return Buffer.concat([Buffer.of(version), size, text, wrapped])
}

/** Throws `keyring_corrupt` and `keyring_newer`. */
export function decodeServiceKeyParameters(parameters: Uint8Array): ServiceKeyParameters {
  const reader = new KeyringReader(parameters)
  const given = reader.uint8()
  if (given !== version) throw newerKeyring(`the version of its wrapped root key is ${String(given)}`)
  const size = reader.uint16()
  if (size > maxNameSize) throw corruptKeyring('the name of its key service is too long')
  const name = reader.bytes(size).toString('utf8')
  const wrapped = Buffer.from(reader.bytes(reader.remaining))
  if (wrapped.length === 0 || wrapped.length > maxWrappedSize)
    throw corruptKeyring(`its wrapped root key has ${String(wrapped.length)} bytes`)
  return { name, wrapped }
}

/** The service's key that a slot says it was wrapped by, fit to be shown. `undefined` for other kinds, and for damaged ones. */
export function serviceNameOf({ kind, parameters }: Pick<Slot, 'kind' | 'parameters'>): string | undefined {
  if (kind !== 'kms' && kind !== 'transit') return undefined
  try {
    const { name } = decodeServiceKeyParameters(parameters)
    return /^[\x21-\x7e]+$/.test(name) ? name : undefined
  } catch {
    return undefined
  }
}
