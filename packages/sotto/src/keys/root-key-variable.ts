import { SottoError } from '@sotto/sdk/model'
import type { RootKeyProvider } from './root-key-provider.ts'
import { parseRootKeyText } from './root-key-text.ts'
import { RootKey } from './root-key.ts'

/** The variable that holds a root key. */
export const rootKeyVariable = 'SOTTO_ROOT_KEY'

/** A root key in the variable `SOTTO_ROOT_KEY`. */
export class RootKeyVariable implements RootKeyProvider {
  readonly kind = 'env'
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  describe(): string {
    return rootKeyVariable
  }

  get(): RootKey {
    const bytes = parseRootKeyText(this.#text)
    if (bytes === undefined) {
      throw new SottoError(
        'key_malformed',
        `${rootKeyVariable} is not a root key: expected 64 hex digits or the base64 of 32 bytes, and nothing else.`,
        {
          hint: 'check for quotes, blanks or a cut-off end; `openssl rand -hex 32` makes a key for a new store',
        },
      )
    }
    const rootKey = new RootKey({ kind: this.kind, origin: rootKeyVariable, bytes })
    bytes.fill(0)
    return rootKey
  }
}
