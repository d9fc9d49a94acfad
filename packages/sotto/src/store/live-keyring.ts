/** The keyring of the open store, kept as new as the store's. */
import { SottoError } from '@sotto/sdk/model'
import { readKeyring } from '../keys/keyring-blob.ts'
import type { KeyringBlob } from '../keys/keyring-blob.ts'
import type { EditedKeyring, KeyringEditInput } from '../keys/keyring-edit.ts'
import type { Slot } from '../keys/keyring-slot.ts'
import { openKeyring } from '../keys/keyring.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { RandomSource } from '../keys/random.ts'
import type { RootKey } from '../keys/root-key.ts'
import type { Search, Transaction } from './store.ts'
import { idText } from './id.ts'

/** Looks for a root key with one of these ids where the present one came from. It may not wait for anything. */
export type FindRootKey = (ids: readonly string[]) => RootKey | undefined

export interface ReplaceInput {
  /** Makes the next generation of the blob. */
  readonly edit: (input: KeyringEditInput) => EditedKeyring
  /** What opens the next generation, where that is another key. */
  readonly rootKey?: RootKey | undefined
  readonly random: RandomSource
}

/** Under this the keyring itself is remembered, as long as nobody writes its row. */
const currentKeyring: Search = { table: 'keyring', condition: 'current', params: [] }

export class LiveKeyring {
  /** The newest one first; an older one is kept until the change that replaced it is known to be committed. */
  #rootKeys: readonly RootKey[]
  readonly #findRootKey: FindRootKey
  #current: Keyring
  /** The newest generation that is known to be committed: one of our own may still be rolled back. */
  #committed: number

  /** `findRootKey` is asked when another process has changed the root key; without it that is an error. */
  constructor(keyring: Keyring, rootKey: RootKey, findRootKey: FindRootKey = () => undefined) {
    this.#current = keyring
    this.#committed = keyring.generation
    this.#rootKeys = [rootKey]
    this.#findRootKey = findRootKey
  }

  /** The keyring as of the last look. */
  get current(): Keyring {
    return this.#current
  }

  /** Where the root key came from, in words. */
  get rootKeyOrigin(): string {
    return this.#rootKeys[0]?.origin ?? ''
  }

  /**
   * Opens the store's keyring again when another process has replaced it; every call begins with it. Throws
   * `keyring_corrupt` for one that was put back to an older state or is of another store, and `key_wrong` where it opens
   * with a root key that we do not find.
   */
  async refresh(tx: Transaction): Promise<void> {
    // As long as the driver remembers our keyring, the table was not written.
    if (this.#isRemembered(tx)) return
    const row = await tx.get('SELECT generation FROM keyring WHERE id = 1')
    if (row?.['generation'] !== this.#current.generation) await this.#reopen(tx)
    // A driver remembers nothing about a table that was written in the same commit: that may still be rolled back.
    tx.remember(currentKeyring, this.#current)
    if (!this.#isRemembered(tx)) return
    this.#committed = this.#current.generation
    this.#rootKeys = this.#rootKeys.slice(0, 1)
  }

  #isRemembered(tx: Transaction): boolean {
    const known = tx.recall(currentKeyring)
    return known?.fresh === true && known.row === this.#current
  }

  /**
   * Replaces the store's keyring, which must have been refreshed in this transaction. The new one is current at once; when
   * the transaction fails, the next `refresh` finds the old one again. Throws `keyring_conflict` where another process
   * came first.
   */
  async replace(tx: Transaction, { edit, rootKey, random }: ReplaceInput): Promise<Keyring> {
    const [present] = this.#rootKeys
    if (present === undefined) throw new Error('a live keyring has a root key')
    const { keyring, blob } = edit({ blob: await readKeyringBlob(tx), rootKey: present, random })
    const replaced = await tx.run('UPDATE keyring SET generation = $1, blob = $2 WHERE id = 1 AND generation = $3', [
      keyring.generation,
      blob,
      this.#current.generation,
    ])
    if (replaced !== 1) throw keyringConflict()
    this.#current = keyring
    if (rootKey !== undefined) this.#rootKeys = [rootKey, ...this.#rootKeys]
    return keyring
  }

  /** The transaction that saw this generation is on disk: from now on an older one is a fault. */
  confirm({ generation }: Keyring): void {
    if (generation > this.#committed) this.#committed = generation
  }

  /**
   * The keyring in a copy or a snapshot of this store, which may be a change ahead of the last look, or behind it. Throws
   * `key_wrong` and `keyring_corrupt`.
   */
  openCopy(blob: Uint8Array): Keyring {
    const { generation, slots } = readKeyring(blob)
    if (generation === this.#current.generation) return this.#current
    return this.#requireOurs(openKeyring(blob, this.#rootKeyOf(slots)))
  }

  async #reopen(tx: Transaction): Promise<void> {
    const rootKey = this.#rootKeyOf(await readSlots(tx))
    const opened = this.#requireOurs(await openStoredKeyring(tx, rootKey))
    if (opened.generation < this.#committed) throw foreignKeyring('was replaced by an older or foreign one')
    this.#current = opened
    this.#rootKeys = [rootKey, ...this.#rootKeys.filter((known) => known !== rootKey)]
  }

  #rootKeyOf(slots: readonly Slot[]): RootKey {
    const ids = slots.map(({ rootKeyId }) => rootKeyId)
    const found = this.#rootKeys.find(({ id }) => ids.includes(id)) ?? this.#findRootKey(ids)
    if (found !== undefined) return found
    const [held] = this.#rootKeys
    throw new SottoError(
      'key_wrong',
      `the root key of this store was changed while this process was running: it holds ${held?.id ?? 'none'}, from ` +
        `${held?.origin ?? 'nowhere'}, and the store opens with ${ids.join(' or ')}`,
      { hint: `give the new root key where ${held?.origin ?? 'the old one'} is set, and start this process again` },
    )
  }

  #requireOurs(opened: Keyring | undefined): Keyring {
    if (opened?.storeId.equals(this.#current.storeId) === true) return opened
    throw foreignKeyring('was replaced by an older or foreign one')
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

/** The store's keyring, taken apart and not opened. Throws `keyring_corrupt` and `keyring_newer`. */
export async function readStoredKeyring(tx: Transaction): Promise<KeyringBlob> {
  return readKeyring(await readKeyringBlob(tx))
}

/** Which keys open the store's keyring. Codes as of `readStoredKeyring`. */
export async function readSlots(tx: Transaction): Promise<readonly Slot[]> {
  return (await readStoredKeyring(tx)).slots
}

async function readKeyringBlob(tx: Transaction): Promise<Uint8Array> {
  const blob = (await tx.get('SELECT blob FROM keyring WHERE id = 1'))?.['blob']
  if (!(blob instanceof Uint8Array)) throw foreignKeyring('is not there')
  return blob
}

/** For an `edit` that found the keyring not as it was expected, too. */
export function keyringConflict(): SottoError {
  return new SottoError('keyring_conflict', 'another process has changed the keys of this store in the meantime', {
    hint: 'look at sotto keys status, then do it again; nothing was changed',
  })
}

function foreignKeyring(what: string): SottoError {
  return new SottoError('keyring_corrupt', `the store's keyring ${what}`, {
    hint: 'restore the whole store from one backup; nothing was changed',
  })
}
