/** The keyring of the open store, kept as new as the store's. */
import { SottoError } from '@sotto/sdk/model'
import { openKeyring } from '../keys/keyring.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { RootKey } from '../keys/root-key.ts'
import type { Transaction } from './store.ts'
import { idText } from './id.ts'

export class LiveKeyring {
  readonly #rootKey: RootKey
  #current: Keyring

  constructor(keyring: Keyring, rootKey: RootKey) {
    this.#current = keyring
    this.#rootKey = rootKey
  }

  /** The keyring as of the last look. */
  get current(): Keyring {
    return this.#current
  }

  /** Where the root key came from, in words. */
  get rootKeyOrigin(): string {
    return this.#rootKey.origin
  }

  /**
   * Opens the store's keyring again when another process has replaced it. Every write begins with it; a read does it
   * when it meets a data key that it does not know. Throws `keyring_corrupt` for one that was put back to an older
   * state or is of another store.
   */
  async refresh(tx: Transaction): Promise<void> {
    // As long as the driver remembers our keyring, the table was not written.
    if (tx.recall('keyring', 'current')?.row === this.#current) return
    const row = await tx.get('SELECT generation FROM keyring WHERE id = 1')
    if (row?.['generation'] === this.#current.generation) {
      tx.remember('keyring', 'current', this.#current)
      return
    }
    const opened = await openStoredKeyring(tx, this.#rootKey)
    if (
      opened === undefined ||
      !opened.storeId.equals(this.#current.storeId) ||
      opened.generation < this.#current.generation
    ) {
      throw foreignKeyring('was replaced by an older or foreign one')
    }
    this.#current = opened
  }
}

/** The keyring that the store holds, opened; `undefined` in a store before its first use. */
export async function openStoredKeyring(tx: Transaction, rootKey: RootKey): Promise<Keyring | undefined> {
  const row = await tx.get('SELECT store_id, generation, blob FROM keyring WHERE id = 1')
  if (row === undefined) return undefined
  const { blob, generation, store_id: storeId } = row
  if (!(blob instanceof Uint8Array)) throw foreignKeyring('is not there')
  const keyring = openKeyring(blob, rootKey)
  if (keyring.generation !== generation || idText(keyring.storeId) !== storeId) {
    throw foreignKeyring('and the facts beside it do not agree')
  }
  return keyring
}

function foreignKeyring(what: string): SottoError {
  return new SottoError('keyring_corrupt', `the store's keyring ${what}`, {
    hint: 'restore the whole store from one backup; nothing was changed',
  })
}
