/**
 * What every source of a root key must do. A test runs these cases on a file, a variable, a passphrase and each service; a
 * source is named as a user names it, by the environment.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { inspect } from 'node:util'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import { chooseRootKeyProvider, getRootKey } from './get-root-key.ts'
import type { RootKeyOptions } from './get-root-key.ts'
import { readKeyring } from './keyring-blob.ts'
import { keyringMagic, maxParametersSize } from './keyring-slot.ts'
import { createKeyring, openKeyring } from './keyring.ts'
import { systemRandom } from './random.ts'
import type { RootKey, RootKeyKind } from './root-key.ts'

/** How a source is named. */
export type NamedSource = Pick<RootKeyOptions, 'env' | 'defaultFile' | 'keyServices'>

export interface RootKeyScene {
  readonly kind: RootKeyKind
  readonly source: NamedSource
  /** Another key of the same kind, which is there too. */
  readonly other: NamedSource
  /** What this source may say besides `key_wrong` and `keyring_corrupt` of a key that does not fit. */
  readonly mayAlsoSay?: ErrorCode
}

/** `undefined` where the machine lacks what it takes. */
export type SetScene = (t: TestContext) => Promise<RootKeyScene | undefined>

/** A store as far as its keys go. */
interface KeyedStore {
  readonly blob: Buffer
  readonly rootKey: RootKey
  /** Where the parameters of its slot lie in the blob. */
  readonly parametersAt: { readonly start: number; readonly end: number }
}

/** Refusals of a root key, or of a keyring, that does not fit. */
const refusals: ReadonlySet<ErrorCode> = new Set(['key_wrong', 'keyring_corrupt', 'keyring_newer'])
const storeIdSize = 16
/** Behind the magic, the store's id, generation and number of slots: role, kind, id of the root key, size. */
const parametersOffset = 4 + storeIdSize + 5 + 1 + 1 + 8 + 2

async function makeStore(source: NamedSource): Promise<KeyedStore> {
  const newStoreId = systemRandom(storeIdSize)
  const rootKey = await getRootKey({ ...source, storeExists: false, random: systemRandom, newStoreId })
  const { blob } = createKeyring({ rootKey, storeId: newStoreId, nowMs: 0, random: systemRandom })
  const start = parametersOffset
  return { blob, rootKey, parametersAt: { start, end: start + rootKey.parameters.length } }
}

/** Opens it as a later process does. */
async function open(source: NamedSource, blob: Buffer): Promise<RootKey> {
  const rootKey = await getRootKey({
    ...source,
    storeExists: true,
    random: systemRandom,
    readKeyring: async () => readKeyring(blob),
  })
  openKeyring(blob, rootKey)
  return rootKey
}

function refusedBy({ mayAlsoSay }: RootKeyScene): (error: unknown) => boolean {
  return (error) => {
    if (isSottoError(error) && (refusals.has(error.code) || error.code === mayAlsoSay)) return true
    throw error
  }
}

const cases: Readonly<Record<string, (scene: RootKeyScene) => Promise<void>>> = {
  'makes a key for a new store, and finds it again each time': async ({ kind, source }) => {
    const { blob, rootKey } = await makeStore(source)
    const [slot] = readKeyring(blob).slots
    assert.equal(slot?.kind, kind)
    assert.equal(slot.rootKeyId, rootKey.id)
    for (let times = 0; times < 2; times++) {
      const found = await open(source, blob)
      assert.equal(found.id, rootKey.id)
      assert.equal(found.kind, kind)
    }
  },

  'says where the key is, and never what it is': async ({ source }) => {
    const { blob, rootKey } = await makeStore(source)
    const provider = chooseRootKeyProvider({ ...source, storeExists: true, random: systemRandom })
    assert.ok(provider.describe().length > 0)
    assert.ok(rootKey.parameters.length <= maxParametersSize)
    const bytes = rootKey.key.export()
    const shown = [provider.describe(), rootKey.origin, inspect(rootKey, { depth: 9 }), inspect(provider, { depth: 9 })]
    for (const encoding of ['hex', 'base64', 'latin1'] as const) {
      for (const text of [...shown, JSON.stringify(rootKey), blob.toString('latin1'), blob.toString('hex')])
        assert.ok(!text.includes(bytes.toString(encoding)), encoding)
    }
  },

  'does not open a store with another key': async (scene) => {
    const { source, other } = scene
    const { blob } = await makeStore(source)
    await makeStore(other) // it is there, and works
    await assert.rejects(open(other, blob), refusedBy(scene))
  },

  'gives no other key for altered parameters': async (scene) => {
    const { source } = scene
    const { blob, parametersAt } = await makeStore(source)
    const { start, end } = parametersAt
    // Every place of the head and of the end, and a sample of what lies between: a service is asked for each.
    for (let at = start; at < end; at += at < start + 4 || at > end - 4 ? 1 : 11) {
      const altered = Buffer.from(blob)
      altered.writeUInt8(altered.readUInt8(at) ^ 0x04, at)
      await assert.rejects(open(source, altered), refusedBy(scene), `byte ${String(at - start)}`)
    }
  },

  'does not open a slot that was moved to another store': async (scene) => {
    const { source } = scene
    const { blob } = await makeStore(source)
    const moved = Buffer.from(blob)
    systemRandom(storeIdSize).copy(moved, keyringMagic.length)
    await assert.rejects(open(source, moved), refusedBy(scene))
  },

  'refuses a store that opens otherwise, and says so': async (scene) => {
    const { kind, source } = scene
    const { blob } = await makeStore(source)
    const altered = Buffer.from(blob)
    altered.writeUInt8(kind === 'code' ? 1 : 6, keyringMagic.length + storeIdSize + 6)
    await assert.rejects(open(source, altered), refusedBy(scene))
  },
}

export function rootKeyConformance(name: string, set: SetScene): void {
  for (const [sentence, run] of Object.entries(cases)) {
    void test(`${name} ${sentence}`, async (t) => {
      const scene = await set(t)
      if (scene !== undefined) await run(scene) // else it lacks a part, of which requirePart has spoken
    })
  }
}
