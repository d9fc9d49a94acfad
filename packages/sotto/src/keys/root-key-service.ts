/**
 * A root key that a service has wrapped under a key of its own: 32 random bytes, made here, of which the store's slot keeps
 * the wrapped form alone. Which service is asked is what the environment says, and nothing else: an address out of the
 * database would be an attacker's.
 *
 *     first use, change-root:  random -> wrap -> unwrap, compare -> slot
 *     opening:                 slot -> unwrap -> is it the key that the slot names?
 */
import { timingSafeEqual } from 'node:crypto'
import { isSottoError, shown, SottoError } from '@sotto/sdk/model'
import type { KeyService, KeyServiceEnvironment, KeyServiceKind } from './key-service.ts'
import type { KeyringBlob } from './keyring-blob.ts'
import { corruptKeyring } from './keyring-reader.ts'
import type { RandomSource } from './random.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import { RootKey, rootKeySize } from './root-key.ts'
import { decodeServiceKeyParameters, encodeServiceKeyParameters, serviceNameOf } from './service-key-parameters.ts'

/** The variable that names the service's key: `transit:https://bao.example/transit/sotto`. */
export const serviceVariable = 'SOTTO_ROOT_KEY_SERVICE'
/** The one that a change of the root key is to lead to. */
export const newServiceVariable = 'SOTTO_NEW_ROOT_KEY_SERVICE'

const maxNameLength = 1024

/** The services that this program knows, and where their credentials come from. */
export interface KeyServices {
  readonly kinds: readonly KeyServiceKind[]
  readonly env: KeyServiceEnvironment
}

interface NamedService {
  readonly name: string
  readonly kind: KeyServiceKind['kind']
  readonly service: KeyService
}

export interface RootKeyServiceInput {
  /** What the variable holds. */
  readonly name: string
  readonly services: KeyServices
  /** Of the store; `undefined` before its first use. */
  readonly readKeyring: () => Promise<KeyringBlob | undefined>
  /** The id that a new store gets. 16 bytes. */
  readonly newStoreId: Uint8Array
  readonly random: RandomSource
}

export class RootKeyService implements RootKeyProvider {
  readonly kind: KeyServiceKind['kind']
  readonly #input: RootKeyServiceInput
  readonly #named: NamedService

  /** Throws `key_malformed` for a name that is none. */
  constructor(input: RootKeyServiceInput) {
    this.#input = input
    this.#named = openNamed(input.name, serviceVariable, input.services)
    this.kind = this.#named.kind
  }

  describe(): string {
    return this.#named.name
  }

  /** Codes as of `KeyService`; `key_wrong` also where the store opens otherwise, and codes of keyrings. */
  async get(): Promise<RootKey> {
    const { readKeyring, newStoreId, random } = this.#input
    const keyring = await readKeyring()
    return keyring === undefined ? wrapNew(this.#named, newStoreId, random) : unwrapStored(this.#named, keyring)
  }
}

export interface NewServiceKeyInput {
  /** Of the service's key. */
  readonly name: string
  /** For messages: the variable that holds the name. */
  readonly variable: string
  readonly services: KeyServices
  readonly storeId: Uint8Array
  readonly random: RandomSource
}

/** A new root key, wrapped for a store. Codes as of `KeyService`, and `key_malformed` for a name that is none. */
export function createServiceKey({ name, variable, services, storeId, random }: NewServiceKeyInput): Promise<RootKey> {
  return wrapNew(openNamed(name, variable, services), storeId, random)
}

function openNamed(name: string, variable: string, { kinds, env }: KeyServices): NamedService {
  const colon = name.indexOf(':')
  const found = kinds.find(({ scheme }) => scheme === name.slice(0, colon))
  if (found === undefined || name.length > maxNameLength) {
    const forms = kinds.map(({ scheme, form }) => `${scheme}:${form}`)
    const what = name.length > maxNameLength ? 'is too long for' : 'is not'
    throw new SottoError('key_malformed', `${variable} ${what} the name of a key in a service.`, {
      hint: forms.length === 0 ? 'this program knows no such service' : `expected ${forms.join(' or ')}`,
    })
  }
  return { name, kind: found.kind, service: found.open(name.slice(colon + 1), env) }
}

async function wrapNew(
  { name, kind, service }: NamedService,
  storeId: Uint8Array,
  random: RandomSource,
): Promise<RootKey> {
  const bytes = random(rootKeySize)
  const store = { storeId: storeIdText(storeId) }
  try {
    const wrapped = await service.wrap(bytes, store)
    const parameters = encodeServiceKeyParameters(name, wrapped)
    // Many may encrypt who may not decrypt: that has to show before a store needs it.
    const again = await service.unwrap(wrapped, store)
    const same = again.length === bytes.length && timingSafeEqual(again, bytes)
    again.fill(0)
    if (!same) throw new SottoError('key_service_failed', `${name} unwraps another key than it has wrapped.`)
    return new RootKey({ kind, origin: name, bytes, parameters })
  } finally {
    bytes.fill(0)
  }
}

async function unwrapStored({ name, kind, service }: NamedService, { slots, storeId }: KeyringBlob): Promise<RootKey> {
  const slot = slots.find((each) => each.kind === kind)
  if (slot === undefined) throw otherwise(name, slots)
  const { parameters } = slot
  const { wrapped } = decodeServiceKeyParameters(parameters)
  const bytes = await unwrap(service, wrapped, { name, storeId, by: serviceNameOf(slot) })
  try {
    if (bytes.length !== rootKeySize) throw corruptKeyring('what its slot wraps is not a root key')
    const rootKey = new RootKey({ kind, origin: name, bytes, parameters })
    if (rootKey.id !== slot.rootKeyId) throw corruptKeyring('its slot wraps another root key than it names')
    return rootKey
  } finally {
    bytes.fill(0)
  }
}

async function unwrap(
  service: KeyService,
  wrapped: Uint8Array,
  { name, storeId, by }: { readonly name: string; readonly storeId: Uint8Array; readonly by: string | undefined },
): Promise<Buffer> {
  try {
    return await service.unwrap(wrapped, { storeId: storeIdText(storeId) })
  } catch (error) {
    if (!isSottoError(error, 'key_wrong') || by === undefined || by === name) throw error
    throw new SottoError(
      'key_wrong',
      `${serviceVariable} names ${name}, and the store was wrapped by ${by}. Nothing was changed.`,
      {
        hint: `if that is a key of yours, set ${serviceVariable} to it`,
        details: { name, wrappedBy: by },
        cause: error,
      },
    )
  }
}

function otherwise(name: string, slots: KeyringBlob['slots']): SottoError {
  const kinds = slots.map((slot) => `${serviceNameOf(slot) ?? slot.kind} (${slot.role})`)
  return new SottoError('key_wrong', `${serviceVariable} is set, but this store opens with ${kinds.join(' or ')}.`, {
    hint: `unset ${serviceVariable}; a store moves to the service by sotto keys change-root --to ${shown(name)}`,
  })
}

/** As `sotto status` shows the id of a store: policies of the service may name it. */
function storeIdText(storeId: Uint8Array): string {
  return Buffer.from(storeId)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
