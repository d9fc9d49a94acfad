/**
 * A key service for tests: its key is a file of 32 bytes, its address the file's path. It wraps with a pad and a MAC, both
 * made of the key, the store and a nonce. No file is a key that is gone; an empty one is a service that does not answer.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { SottoError } from '@sotto/sdk/model'
import type { BoundStore, KeyServiceKind } from '../key-service.ts'

const nonceSize = 16
const keySize = 32

/** `onCall` is told before each call what it is. */
export function localKeyService(onCall: (call: 'wrap' | 'unwrap') => void = () => undefined): KeyServiceKind {
  return {
    scheme: 'local',
    kind: 'transit',
    form: '/PATH',
    open: (path) => ({
      wrap: async (key, store) => {
        onCall('wrap')
        const nonce = randomBytes(nonceSize)
        const hidden = masked(key, padOf(path, store, nonce))
        return Buffer.concat([nonce, hidden, macOf(path, store, [nonce, hidden])])
      },
      unwrap: async (wrapped, store) => {
        onCall('unwrap')
        const bytes = Buffer.from(wrapped)
        const [nonce, hidden] = [bytes.subarray(0, nonceSize), bytes.subarray(nonceSize, nonceSize + keySize)]
        const mac = bytes.subarray(nonceSize + keySize)
        const expected = macOf(path, store, [nonce, hidden])
        if (mac.length === expected.length && timingSafeEqual(mac, expected))
          return masked(hidden, padOf(path, store, nonce))
        throw new SottoError('key_wrong', `local:${path} does not open it.`)
      },
    }),
  }
}

function padOf(path: string, store: BoundStore, nonce: Uint8Array): Buffer {
  return macOf(path, store, [Buffer.from('pad'), nonce])
}

function macOf(path: string, { storeId }: BoundStore, parts: readonly Uint8Array[]): Buffer {
  if (!existsSync(path)) throw new SottoError('key_disabled', `local:${path} is gone.`)
  const key = readFileSync(path)
  if (key.length === 0) throw new SottoError('key_service_unreachable', `local:${path} does not answer.`)
  return createHmac('sha256', key)
    .update(storeId)
    .update(Buffer.concat([...parts]))
    .digest()
}

function masked(bytes: Uint8Array, pad: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (pad[index] ?? 0)))
}
