/**
 * A key of AWS KMS. Region and account are in its ARN; credentials come by the SDK's own chain (variables, profiles, SSO,
 * web identity, container, instance). The id of the store is the encryption context, so that policies can name it and the
 * log of AWS shows it: https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
import type * as Sdk from '@aws-sdk/client-kms'
import { SottoError } from '@sotto/sdk/model'
import type { BoundStore, KeyService } from '../../keys/key-service.ts'
import type { AwsKey } from './key-arn.ts'
import { kmsTrouble } from './trouble.ts'

const connectMs = 3000
const answerMs = 10_000
/** The first try and one more, with the SDK's jitter between: for throttling and for connections that break. */
const tries = 2

/** Throws `unsupported` where the SDK is not installed. */
export async function openAwsKms({ arn, region }: AwsKey): Promise<KeyService> {
  const sdk = await loadSdk()
  const client = new sdk.KMSClient({
    region,
    maxAttempts: tries,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: answerMs, throwOnRequestTimeout: true },
  })
  return {
    wrap: (key, store) =>
      send(arn, 'encrypt', async (abortSignal) => {
        const input = { KeyId: arn, Plaintext: key, EncryptionContext: contextOf(store) }
        return (await client.send(new sdk.EncryptCommand(input), { abortSignal })).CiphertextBlob
      }),
    unwrap: async (wrapped, store) => Buffer.from(await decrypt({ sdk, client, arn }, wrapped, store)),
  }
}

function decrypt(
  { sdk, client, arn }: { readonly sdk: typeof Sdk; readonly client: Sdk.KMSClient; readonly arn: string },
  wrapped: Uint8Array,
  store: BoundStore,
): Promise<Uint8Array> {
  return send(arn, 'decrypt', async (abortSignal) => {
    // With the key's id KMS refuses what another key has wrapped; without it, it would take any that we may use.
    const input = { KeyId: arn, CiphertextBlob: wrapped, EncryptionContext: contextOf(store) }
    return (await client.send(new sdk.DecryptCommand(input), { abortSignal })).Plaintext
  })
}

function contextOf({ storeId }: BoundStore): Record<string, string> {
  return { 'sotto:store': storeId }
}

async function send(
  arn: string,
  what: 'encrypt' | 'decrypt',
  call: (abortSignal: AbortSignal) => Promise<Uint8Array | undefined>,
): Promise<Uint8Array> {
  let answer: Uint8Array | undefined
  try {
    // Also over finding credentials, which may ask other services.
    answer = await call(AbortSignal.timeout(tries * (connectMs + answerMs)))
  } catch (error) {
    throw kmsTrouble(arn, what, error)
  }
  if (answer === undefined) throw new SottoError('key_service_failed', `aws-kms:${arn} gives nothing to ${what}.`)
  return answer
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return await import('@aws-sdk/client-kms')
  } catch (error) {
    throw new SottoError('unsupported', 'AWS KMS needs the package @aws-sdk/client-kms, which is not installed.', {
      hint: 'npm install @aws-sdk/client-kms, where sotto is installed',
      cause: error,
    })
  }
}
