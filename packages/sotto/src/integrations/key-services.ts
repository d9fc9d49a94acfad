/**
 * The services that may keep the key of a root key. Data only, like the list of flavors: every command that opens a store
 * loads this file, so what talks to a service is loaded when it is first asked.
 */
import type { KeyService, KeyServiceKind } from '../keys/key-service.ts'
import { parseKeyArn } from './aws/key-arn.ts'
import { parseTransitAddress } from './transit/address.ts'

export const keyServices: readonly KeyServiceKind[] = [
  {
    scheme: 'aws-kms',
    kind: 'kms',
    form: 'arn:aws:kms:REGION:ACCOUNT:key/ID',
    open: (address) => {
      const key = parseKeyArn(address)
      return onFirstUse(async () => (await import('./aws/kms.ts')).openAwsKms(key))
    },
  },
  {
    scheme: 'transit',
    kind: 'transit',
    form: 'https://HOST:8200/MOUNT/KEY',
    open: (address, env) => {
      const key = parseTransitAddress(address)
      return onFirstUse(async () => (await import('./transit/transit.ts')).openTransit(key, env))
    },
  },
]

function onFirstUse(load: () => Promise<KeyService>): KeyService {
  let loaded: Promise<KeyService> | undefined
  const service = (): Promise<KeyService> => (loaded ??= load())
  return {
    wrap: async (key, store) => (await service()).wrap(key, store),
    unwrap: async (wrapped, store) => (await service()).unwrap(wrapped, store),
  }
}
