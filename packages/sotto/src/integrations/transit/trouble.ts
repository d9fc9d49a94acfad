/**
 * What went wrong at Vault or OpenBao, in our words. Their errors have no codes: those that we know are told apart by their
 * text, and no text of an answer is ever shown, since it may echo what was sent.
 */
import { SottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import type { HttpAnswer, HttpFailure } from '../http-connection.ts'
import type { TransitKey } from './address.ts'

type TroubleCode = Extract<ErrorCode, 'key_wrong' | 'key_disabled' | `key_service_${string}`>

interface Trouble {
  readonly code: TroubleCode
  readonly says: string
  readonly hint: string
}

const recover = 'if it is gone for good: sotto keys change-root --recovery --to file'
const wrong: Trouble = {
  code: 'key_wrong',
  says: 'does not open what it should have wrapped: it was wrapped by another key, for another store, or altered',
  hint: 'name the key that wrapped it in SOTTO_ROOT_KEY_SERVICE, or restore the store from a backup',
}
const gone: Trouble = {
  code: 'key_disabled',
  says: 'does not exist',
  hint: `look for a mistake in its name, and at BAO_NAMESPACE; ${recover}`,
}

/** Texts of the engine, in Vault and OpenBao alike: `builtin/logical/transit` and `sdk/helper/keysutil/policy.go`. */
const knownTexts: readonly (readonly [string, Trouble])[] = [
  ['message authentication failed', wrong],
  ['invalid ciphertext', wrong],
  ['encryption key not found', gone],
  ['no existing key named', gone],
  [
    'version is disallowed by policy (too old)',
    {
      code: 'key_disabled',
      says: 'no longer opens the version of it that wrapped the root key',
      hint: 'lower min_decryption_version of the key, run sotto keys change-root, and set it back',
    },
  ],
  ['soft deleted', { code: 'key_disabled', says: 'is deleted', hint: `restore it while that is possible; ${recover}` }],
  [
    'non-AEAD cipher suite',
    {
      code: 'key_service_failed',
      says: 'is of a type that binds nothing to what it wraps',
      hint: 'take a key of type aes256-gcm96 or chacha20-poly1305',
    },
  ],
  [
    'no handler for route',
    {
      code: 'key_service_failed',
      says: 'leads to no engine',
      hint: 'look at the path before the name of the key, and at BAO_NAMESPACE: bao secrets list',
    },
  ],
  ['is sealed', { code: 'key_service_unreachable', says: 'is sealed', hint: 'bao operator unseal, there' }],
]

/** An answer that is no success. `what`: encrypt, decrypt, sign in. */
export function refusal(key: TransitKey, what: string, answer: HttpAnswer): SottoError {
  return trouble(key, what, troubleOf(what, answer))
}

/** No answer. */
export function unreachable(key: TransitKey, what: string, { kind, systemCode }: HttpFailure): SottoError {
  const says = {
    connect: `cannot be reached (${systemCode})`,
    interrupted: `broke the connection (${systemCode})`,
    timeout: 'did not answer in time',
    tls: `has no TLS connection that can be trusted (${systemCode})`,
    malformed: 'answers, but not as a web server',
    'too large': 'answers far too much',
  }[kind]
  const hint =
    kind === 'tls' ? 'set BAO_CACERT to the file of its authority' : 'look at the network, and whether it runs'
  return trouble(key, what, { code: 'key_service_unreachable', says, hint })
}

/** `undefined` where the text is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown // checked member by member
  } catch {
    return undefined
  }
}

function troubleOf(what: string, { status, body, location }: HttpAnswer): Trouble {
  const text = errorsOf(body).join('\n')
  const found = knownTexts.find(([known]) => text.includes(known))
  if (found !== undefined && status !== 403) return found[1]
  if (status === 401 || status === 403 || what === 'sign in') return refused(what, status)
  if (status >= 300 && status < 400) {
    const says = `leads elsewhere${location === '' ? '' : ', and credentials do not follow it'}`
    return {
      code: 'key_service_failed',
      says,
      hint: 'name the address of the active server, or of what stands before all',
    }
  }
  if (status === 404) return gone
  const says = `answers with HTTP status ${String(status)}`
  if (status >= 500 || status === 429 || status === 412)
    return { code: 'key_service_unreachable', says, hint: 'try again in a moment; look into its log' }
  return { code: 'key_service_failed', says, hint: 'look into its audit log; the key must be one for encryption' }
}

function refused(what: string, status: number): Trouble {
  if (what === 'sign in') {
    const says = `refuses the sign-in (HTTP status ${String(status)})`
    return { code: 'key_service_refused', says, hint: 'look at SOTTO_TRANSIT_LOGIN, the role and its file' }
  }
  return {
    code: 'key_service_refused',
    says: `does not allow ${what} with this token (HTTP status ${String(status)})`,
    hint: 'bao token lookup; its policy needs update on encrypt/KEY and decrypt/KEY of the engine',
  }
}

function trouble({ address }: TransitKey, what: string, { code, says, hint }: Trouble): SottoError {
  const message = `transit:${address} ${says}. Nothing was changed.`
  return new SottoError(code, message, { hint, details: { key: address, asked: what } })
}

function errorsOf(body: Buffer): readonly string[] {
  const parsed = parseJson(body)
  const errors: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'errors') : undefined
  return Array.isArray(errors) ? errors.filter((each) => typeof each === 'string') : []
}
