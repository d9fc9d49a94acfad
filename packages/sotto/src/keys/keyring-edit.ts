/**
 * Changes of a keyring: each takes the stored blob and gives the next one, a generation later. The body is opened, changed
 * and sealed anew; slots stay as they are unless the root key or the recovery code changes.
 */
import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import { openKeyringBody, openKeyringKey, readKeyring, sealKeyring } from './keyring-blob.ts'
import type { KeyringBlob } from './keyring-blob.ts'
import { createContents, createDataKey, decodeContents, wipeContents } from './keyring-contents.ts'
import type { DataKeyContents, KeyringContents } from './keyring-contents.ts'
import { sealSlot } from './keyring-slot.ts'
import type { Slot } from './keyring-slot.ts'
import { Keyring } from './keyring.ts'
import type { RandomSource } from './random.ts'
import type { RootKey } from './root-key.ts'

export interface KeyringEditInput {
  /** As it is stored. */
  readonly blob: Uint8Array
  /** The key of either slot. */
  readonly rootKey: RootKey
  readonly random: RandomSource
}

/** The next generation. */
export interface EditedKeyring {
  readonly keyring: Keyring
  readonly blob: Buffer
}

/** Adds a data key, which seals from now on; the one that did becomes `previous`. */
export function rotateDataKey({ nowMs, ...input }: KeyringEditInput & { readonly nowMs: number }): EditedKeyring {
  const added = createDataKey(nowMs, input.random)
  try {
    return editContents(input, (contents) => ({
      ...contents,
      dataKeys: [...contents.dataKeys.map(asPrevious), added],
    }))
  } finally {
    added.key.fill(0)
  }
}

/** Marks a previous data key as retired. Throws `data_key_not_found`, and `in_use` for the active one. */
export function retireDataKey({
  id,
  nowMs,
  ...input
}: KeyringEditInput & { readonly id: string; readonly nowMs: number }): EditedKeyring {
  return editContents(input, (contents) => {
    const found = findDataKey(contents, id)
    if (found.state === 'active')
      throw new SottoError('in_use', `data key ${id} seals new values`, { hint: 'sotto keys rotate, then rewrap' })
    const retired: DataKeyContents = { ...found, state: 'retired', retiredAtMs: found.retiredAtMs ?? nowMs }
    return { ...contents, dataKeys: contents.dataKeys.map((key) => (key === found ? retired : key)) }
  })
}

/** Takes a retired data key away, for ever. Throws `data_key_not_found`, and `in_use` where it is not retired. */
export function destroyDataKey({ id, ...input }: KeyringEditInput & { readonly id: string }): EditedKeyring {
  return editContents(input, (contents) => {
    const found = findDataKey(contents, id)
    if (found.state !== 'retired')
      throw new SottoError('in_use', `data key ${id} is not retired`, { hint: `sotto keys retire ${id}` })
    return { ...contents, dataKeys: contents.dataKeys.filter((key) => key !== found) }
  })
}

/** Makes, or replaces, the recovery slot. */
export function setRecoverySlot({
  recoveryKey,
  ...input
}: KeyringEditInput & { readonly recoveryKey: RootKey }): EditedKeyring {
  return withOpened(input, ({ parsed, keyringKey, contents }) => {
    const { storeId, slots } = parsed
    const recovery = sealRoleSlot({ storeId, role: 'recovery', rootKey: recoveryKey, keyringKey, random: input.random })
    return sealNext(input, { parsed, keyringKey, contents, slots: [...slots.slice(0, 1).map(bytesOf), recovery] })
  })
}

export interface ChangeRootKeyInput extends KeyringEditInput {
  /** Opens the primary slot from now on. */
  readonly newRootKey: RootKey
  /** Opens the recovery slot; without one there is none. The old code cannot open it: the keyring key is another. */
  readonly recoveryKey: RootKey | undefined
  /** Also replace every key inside; data keys stay to open what lies under them. */
  readonly compromised: boolean
  readonly nowMs: number
}

/** A new keyring key under a new root key. */
export function changeRootKey(input: ChangeRootKeyInput): EditedKeyring {
  const { newRootKey, recoveryKey, compromised, nowMs, random } = input
  const keyringKeyBytes = random(32)
  const keyringKey = createSecretKey(keyringKeyBytes)
  keyringKeyBytes.fill(0)
  const fresh = compromised ? createContents(nowMs, random) : undefined
  try {
    return withOpened(input, ({ parsed, contents }) => {
      const { storeId } = parsed
      const slots = [sealRoleSlot({ storeId, role: 'primary', rootKey: newRootKey, keyringKey, random })]
      if (recoveryKey !== undefined)
        slots.push(sealRoleSlot({ storeId, role: 'recovery', rootKey: recoveryKey, keyringKey, random }))
      const next =
        fresh === undefined
          ? contents
          : { ...fresh, dataKeys: [...contents.dataKeys.map(asPrevious), ...fresh.dataKeys] }
      return sealNext(input, { parsed, keyringKey, contents: next, slots })
    })
  } finally {
    if (fresh !== undefined) wipeContents(fresh)
  }
}

/**
 * The same keys under a later generation, behind `above` too: for a keyring that a restore takes from a backup, so that
 * processes which have seen later ones take it for the newest.
 */
export function raiseGeneration({ above, ...input }: KeyringEditInput & { readonly above: number }): EditedKeyring {
  return withOpened(input, ({ parsed, keyringKey, contents }) => {
    const generation = Math.max(parsed.generation, above)
    return sealNext(input, {
      parsed: { ...parsed, generation },
      keyringKey,
      contents,
      slots: parsed.slots.map(bytesOf),
    })
  })
}

interface Opened {
  readonly parsed: KeyringBlob
  readonly keyringKey: KeyObject
  /** Wiped behind it. */
  readonly contents: KeyringContents
}

function withOpened<T>({ blob, rootKey }: KeyringEditInput, use: (opened: Opened) => T): T {
  const parsed = readKeyring(blob)
  const keyringKey = openKeyringKey(parsed, rootKey)
  const body = openKeyringBody(parsed, rootKey)
  try {
    return use({ parsed, keyringKey, contents: decodeContents(body) })
  } finally {
    body.fill(0)
  }
}

function editContents(input: KeyringEditInput, change: (contents: KeyringContents) => KeyringContents): EditedKeyring {
  return withOpened(input, ({ parsed, keyringKey, contents }) =>
    sealNext(input, { parsed, keyringKey, contents: change(contents), slots: parsed.slots.map(bytesOf) }),
  )
}

function sealNext(
  { random }: KeyringEditInput,
  { parsed, keyringKey, contents, slots }: Opened & { readonly slots: readonly Buffer[] },
): EditedKeyring {
  const { storeId } = parsed
  const generation = parsed.generation + 1
  const blob = sealKeyring({ storeId, generation, slots, keyringKey, contents, random })
  return { blob, keyring: new Keyring({ storeId, generation, contents }) }
}

function sealRoleSlot(input: Omit<Parameters<typeof sealSlot>[0], 'parameters'>): Buffer {
  return sealSlot({ ...input, parameters: input.rootKey.parameters })
}

function bytesOf({ head, sealed }: Slot): Buffer {
  return Buffer.concat([head, sealed])
}

function asPrevious(key: DataKeyContents): DataKeyContents {
  return key.state === 'active' ? { ...key, state: 'previous' } : key
}

function findDataKey({ dataKeys }: KeyringContents, id: string): DataKeyContents {
  const found = dataKeys.find((key) => key.id.toString('hex') === id)
  if (found === undefined) throw new SottoError('data_key_not_found', `the keyring has no data key ${id}`)
  return found
}
