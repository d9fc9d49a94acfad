/**
 * A root key made of a passphrase: argon2id (RFC 9106) of its UTF-8 in normal form C, 32 bytes. The slot keeps what is
 * needed to make it again:
 *
 *     version u8 = 1 | memory in KiB u32 | passes u32 | lanes u8 | salt 16
 *
 * Costs that come from a database are an attacker's: too high they would take all memory, too low they would let a
 * passphrase be tried out cheaply. So they are bounded before anything is computed.
 */
import { argon2 } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import { corruptKeyring, KeyringReader, newerKeyring } from './keyring-reader.ts'
import type { RandomSource } from './random.ts'
import { RootKey, rootKeySize } from './root-key.ts'

const version = 1
const saltSize = 16
const parametersSize = 1 + 4 + 4 + 1 + saltSize
/** RFC 9106, section 4, the second recommended choice. */
const costs = { memoryKiB: 64 * 1024, passes: 3, lanes: 4 }
const bounds = { memoryKiB: [19 * 1024, 256 * 1024], passes: [1, 16], lanes: [1, 16] } as const
const fewestCharacters = 12
const mostBytes = 1024

export interface PassphraseInput {
  readonly passphrase: string
  /** For messages: where it came from. */
  readonly origin: string
  /** Of the slot, or new ones. */
  readonly parameters: Uint8Array
}

/** Costs of today and a salt, for a new slot. */
export function newPassphraseParameters(random: RandomSource): Buffer {
  const parameters = Buffer.alloc(parametersSize)
  let offset = parameters.writeUInt8(version)
  offset = parameters.writeUInt32BE(costs.memoryKiB, offset)
  offset = parameters.writeUInt32BE(costs.passes, offset)
  offset = parameters.writeUInt8(costs.lanes, offset)
  parameters.set(random(saltSize), offset)
  return parameters
}

/** Takes about a third of a second and 64 MiB, outside of the event loop. Throws `keyring_corrupt`, `keyring_newer`. */
export async function derivePassphraseKey({ passphrase, origin, parameters }: PassphraseInput): Promise<RootKey> {
  const { memoryKiB, passes, lanes, salt } = readParameters(parameters)
  const message = Buffer.from(passphrase.normalize('NFC'))
  try {
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      argon2(
        'argon2id',
        { message, nonce: salt, memory: memoryKiB, passes, parallelism: lanes, tagLength: rootKeySize },
        (error, derived) => (error === null ? resolve(derived) : reject(error)),
      )
    })
    const rootKey = new RootKey({ kind: 'passphrase', origin, bytes, parameters })
    bytes.fill(0)
    return rootKey
  } finally {
    message.fill(0)
  }
}

/** Refuses with `input_invalid` what is too short for a new passphrase, or too long. Never says what was given. */
export function requirePassphrase(passphrase: string): void {
  const problem =
    [...passphrase.trim()].length < fewestCharacters
      ? `has fewer than ${String(fewestCharacters)} characters`
      : Buffer.byteLength(passphrase) > mostBytes
        ? `has more than ${String(mostBytes)} bytes`
        : undefined
  if (problem === undefined) return
  throw new SottoError('input_invalid', `the passphrase ${problem}`, { hint: 'take five or six random words' })
}

function readParameters(parameters: Uint8Array): {
  memoryKiB: number
  passes: number
  lanes: number
  salt: Buffer
} {
  const reader = new KeyringReader(parameters)
  const given = reader.uint8()
  if (given !== version) throw newerKeyring(`the version of its passphrase's parameters is ${given}`)
  const found = { memoryKiB: reader.uint32(), passes: reader.uint32(), lanes: reader.uint8() }
  const salt = reader.bytes(saltSize)
  if (reader.remaining > 0) throw corruptKeyring('the parameters of its passphrase are too long')
  for (const name of ['memoryKiB', 'passes', 'lanes'] as const) {
    const [least, most] = bounds[name]
    if (found[name] < least || found[name] > most)
      throw corruptKeyring(`its passphrase claims costs out of bounds (${name} ${found[name]})`)
  }
  return { ...found, salt }
}
