import { SottoError } from '@sotto/sdk/model'
import type { Slot } from './keyring-slot.ts'
import { derivePassphraseKey, newPassphraseParameters, requirePassphrase } from './passphrase.ts'
import type { RandomSource } from './random.ts'
import { malformedKeyFile, readKeyFile } from './read-key-file.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import type { RootKey } from './root-key.ts'

/** The variables that hold a passphrase, and the path of a file with one. */
export const passphraseVariable = 'SOTTO_PASSPHRASE'
export const passphraseFileVariable = 'SOTTO_PASSPHRASE_FILE'

const largestFile = 4096

export interface RootKeyPassphraseOptions {
  /** For messages: where it comes from. */
  readonly origin: string
  readonly read: () => string
  /** The slots of the store; none before its first use. */
  readonly readSlots: () => Promise<readonly Slot[]>
  readonly random: RandomSource
}

/** A root key that is made of a passphrase, with the salt and the costs of the store's slot. */
export class RootKeyPassphrase implements RootKeyProvider {
  readonly kind = 'passphrase'
  readonly #options: RootKeyPassphraseOptions

  constructor(options: RootKeyPassphraseOptions) {
    this.#options = options
  }

  describe(): string {
    return this.#options.origin
  }

  /** Throws `key_wrong` where the store has no passphrase, and codes of reading it and of its parameters. */
  async get(): Promise<RootKey> {
    const { origin, read, readSlots, random } = this.#options
    const passphrase = read()
    const slots = await readSlots()
    const slot = slots.find(({ kind }) => kind === 'passphrase')
    if (slots.length > 0 && slot === undefined) throw noPassphrase(origin, slots)
    if (slot === undefined) requirePassphrase(passphrase)
    const parameters = slot?.parameters ?? newPassphraseParameters(random)
    return derivePassphraseKey({ passphrase, origin, parameters })
  }
}

/** The passphrase in a file, without the one line break behind it. Codes as of a root key's file. */
export function readPassphraseFile(path: string, userId: number | undefined): string {
  const text = Buffer.alloc(largestFile + 1)
  try {
    const size = readKeyFile({ path, target: text, userId, what: 'passphrase', isKey: isOneLine })
    if (size === undefined) {
      throw new SottoError('key_missing', `There is no passphrase at ${path}. Nothing was changed.`, {
        hint: `name the file that holds it in ${passphraseFileVariable}`,
        details: { path },
      })
    }
    if (size > largestFile) throw malformedKeyFile(path, 'passphrase', `it has more than ${String(largestFile)} bytes`)
    return text.toString('utf8', 0, size).replace(/\r?\n$/, '')
  } finally {
    text.fill(0)
  }
}

function isOneLine(text: Buffer): boolean {
  return text.length <= largestFile && /^[^\r\n]+\r?\n?$/.test(text.toString('latin1'))
}

function noPassphrase(origin: string, slots: readonly Slot[]): SottoError {
  const kinds = slots.map(({ kind, role }) => `${kind} (${role})`)
  return new SottoError('key_wrong', `${origin} is set, but this store opens with ${kinds.join(' or ')}.`, {
    hint: `unset ${origin}; a passphrase is set by sotto keys change-root --to passphrase`,
  })
}
