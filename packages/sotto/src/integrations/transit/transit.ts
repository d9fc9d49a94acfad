/**
 * A key of the transit engine of Vault or OpenBao, by four calls of its API:
 * https://openbao.org/api-docs/secret/transit/ and https://developer.hashicorp.com/vault/api-docs/secret/transit
 *
 * The id of the store is the associated data, so the key must be one for AEAD (aes256-gcm96 is the usual one). It is the
 * context as well, which a derived key needs and another one ignores.
 */
import { SottoError } from '@sotto/sdk/model'
import type { BoundStore, KeyService, KeyServiceEnvironment } from '../../keys/key-service.ts'
import type { TransitKey } from './address.ts'
import { TransitClient } from './client.ts'
import { refusal } from './trouble.ts'

/** Throws `key_service_refused` where the environment holds no credentials, and `file_unreadable`. */
export async function openTransit(key: TransitKey, env: KeyServiceEnvironment): Promise<KeyService> {
  const client = new TransitClient(key, env)
  return {
    wrap: async (bytes, store) => {
      await requireKey(client, key)
      const plaintext = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
      const data = await client.post('encrypt', { plaintext, ...boundTo(store) })
      return Buffer.from(textOf(key, data, 'ciphertext'))
    },
    unwrap: async (wrapped, store) => {
      const ciphertext = Buffer.from(wrapped.buffer, wrapped.byteOffset, wrapped.length).toString('latin1')
      const data = await client.post('decrypt', { ciphertext, ...boundTo(store) })
      return Buffer.from(textOf(key, data, 'plaintext'), 'base64')
    },
  }
}

/**
 * `encrypt` makes a key that is not there, for those who may make one: a mistyped name would be a new key. Who may not look
 * at keys goes on, since then it is likely that they may not make one either.
 */
async function requireKey(client: TransitClient, key: TransitKey): Promise<void> {
  const answer = await client.getKey()
  if (answer.status === 404) throw refusal(key, 'encrypt', answer)
}

function boundTo({ storeId }: BoundStore): { readonly associated_data: string; readonly context: string } {
  const bound = Buffer.from(`sotto:store=${storeId}`).toString('base64')
  return { associated_data: bound, context: bound }
}

function textOf({ address }: TransitKey, data: unknown, name: string): string {
  const text: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined
  if (typeof text === 'string') return text
  throw new SottoError('key_service_failed', `transit:${address} answers, but not as a transit engine.`, {
    hint: 'look whether the address is that of Vault or OpenBao',
  })
}
