/**
 * What went wrong at AWS KMS, in our words. Of the SDK's error only the name is shown, which is a word of AWS's:
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors and
 * https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
 */
import { SottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'

interface Trouble {
  readonly code: Extract<ErrorCode, 'key_wrong' | 'key_disabled' | `key_service_${string}`>
  readonly says: string
  readonly hint: string
}

const wrong: Trouble = {
  code: 'key_wrong',
  says: 'does not open what it should have wrapped: it was wrapped by another key, for another store, or altered',
  hint: 'name the key that wrapped it in SOTTO_ROOT_KEY_SERVICE, or restore the store from a backup',
}
const recover = 'if it is gone for good: sotto keys change-root --recovery --to file'
const disabled: Trouble = {
  code: 'key_disabled',
  says: 'is disabled, or waits for its deletion',
  hint: `aws kms enable-key, or aws kms cancel-key-deletion; ${recover}`,
}
const signIn: Trouble = {
  code: 'key_service_refused',
  says: 'takes the credentials for wrong or expired',
  hint: 'aws sts get-caller-identity says who is signed in',
}
const overloaded: Trouble = {
  code: 'key_service_unreachable',
  says: 'is overloaded, or not working',
  hint: 'try again in a moment: https://health.aws.amazon.com/health/status',
}

const known: { readonly [name: string]: Trouble } = {
  InvalidCiphertextException: wrong,
  IncorrectKeyException: wrong,
  DisabledException: disabled,
  KMSInvalidStateException: disabled,
  NotFoundException: {
    code: 'key_disabled',
    says: 'does not exist',
    hint: `look for a mistake in the ARN, region and account included; ${recover}`,
  },
  AccessDeniedException: {
    code: 'key_service_refused',
    says: 'may not be used by who is signed in',
    hint: 'its policy must allow kms:Encrypt and kms:Decrypt; aws sts get-caller-identity says who is signed in',
  },
  UnrecognizedClientException: signIn,
  InvalidClientTokenId: signIn,
  ExpiredTokenException: signIn,
  ExpiredToken: signIn,
  InvalidSignatureException: signIn,
  SignatureDoesNotMatch: signIn,
  IncompleteSignature: signIn,
  IncompleteSignatureException: signIn,
  MissingAuthenticationToken: signIn,
  MissingAuthenticationTokenException: signIn,
  NotAuthorized: signIn,
  OptInRequired: signIn,
  CredentialsProviderError: {
    code: 'key_service_refused',
    says: 'cannot be asked: no credentials were found',
    hint: 'sign in as for the AWS command line: aws sts get-caller-identity shows it',
  },
  InvalidKeyUsageException: {
    code: 'key_service_failed',
    says: 'is not a symmetric key for encryption',
    hint: 'aws kms create-key makes one; SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT',
  },
  ThrottlingException: overloaded,
  TooManyRequestsException: overloaded,
  RequestLimitExceeded: overloaded,
  KMSInternalException: overloaded,
  KeyUnavailableException: overloaded,
  DependencyTimeoutException: overloaded,
  InternalFailure: overloaded,
  InternalServerError: overloaded,
  ServiceUnavailable: overloaded,
  ServiceUnavailableException: overloaded,
}

/** The error as one of ours. The SDK's own is not kept: it carries the request. */
export function kmsTrouble(arn: string, what: 'encrypt' | 'decrypt', error: unknown): SottoError {
  const name = error instanceof Error ? error.name : ''
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  const { code, says, hint } = found ?? unknownTrouble(error)
  return new SottoError(code, `aws-kms:${arn} ${says}. Nothing was changed.`, {
    hint,
    details: { key: arn, asked: what, reason: word(name) },
  })
}

/** Without an answer of KMS the SDK throws what the system says; with a strange one it names what came. */
function unknownTrouble(error: unknown): Trouble {
  const answered = memberOf(memberOf(error, '$metadata'), 'httpStatusCode')
  const name = word(error instanceof Error ? error.name : '')
  if (typeof answered === 'number' && answered < 500) {
    const says = `refuses it: ${name} (HTTP status ${String(answered)})`
    return { code: 'key_service_failed', says, hint: 'look whether AWS_ENDPOINT_URL leads to AWS KMS' }
  }
  if (typeof answered === 'number') return overloaded
  const system = memberOf(error, 'code')
  return {
    code: 'key_service_unreachable',
    says: `cannot be reached (${word(typeof system === 'string' ? system : name)})`,
    hint: 'look at the network, the proxy and AWS_ENDPOINT_URL',
  }
}

function word(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_]{0,60}$/.test(text) ? text : 'unknown'
}

/** A member of what may be no object at all. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined
  return (value as { readonly [member: string]: unknown })[name] // an object, by the line above
}
