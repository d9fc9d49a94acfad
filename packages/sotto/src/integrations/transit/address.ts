import { SottoError } from '@sotto/sdk/model'

/** A key of a transit engine. */
export interface TransitKey {
  /** As the address names it: `https://bao.example:8200/transit/sotto`. */
  readonly address: string
  /** Scheme, host and port. */
  readonly origin: URL
  /** Path of the engine: `transit`. */
  readonly mount: string
  readonly name: string
}

const segment = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/

/**
 * Reads `https://HOST:PORT/MOUNT/KEY`; the path of the engine may have several parts. Plain HTTP is for this machine alone
 * (an agent or a proxy beside us): the root key goes over this line in clear. Throws `key_malformed`, which never shows what
 * was given, since somebody may have put credentials into it.
 */
export function parseTransitAddress(address: string): TransitKey {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) throw malformed('is not an address of the web')
  if (url.username !== '' || url.password !== '')
    throw malformed('holds credentials, which go into BAO_TOKEN or a file')
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(address)) throw malformed('has something behind its path')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw malformed('is not HTTPS, and leads to another machine')
  const parts = address.replace(/^[^/]*\/\/[^/]*\/?/, '').split('/')
  const name = parts.pop() ?? ''
  if (parts.length === 0 || ![...parts, name].every((part) => segment.test(part)))
    throw malformed('does not end with the path of the engine and the name of the key')
  return { address, origin: new URL(url.origin), mount: parts.join('/'), name }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

function malformed(what: string): SottoError {
  return new SottoError('key_malformed', `What stands behind transit: ${what}.`, {
    hint: 'expected https://HOST:PORT/MOUNT/KEY, as in transit:https://bao.example:8200/transit/sotto',
  })
}
