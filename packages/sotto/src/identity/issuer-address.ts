/**
 * Which addresses we ask on behalf of an issuer. Whoever may create a trust names one, and must not be able to make the
 * server ask for something else: plain HTTP beyond this machine, the metadata service of a cloud, or this machine itself
 * by a name that leads there (server-side request forgery).
 *
 * Addresses of private networks are allowed, since clusters and company sign-ins live there; TLS with a certificate for
 * the issuer's name then decides who answers, and nothing of an answer but public keys is used.
 */
import type { LookupAddress } from 'node:dns'
import type * as Net from 'node:net'
import type { BlockList, LookupFunction } from 'node:net'
import { SottoError, shown } from '@sotto/sdk/model'

/** Taken where it is needed: the rules for trusts look at issuers too, and every command of the program loads those. */
function net(): typeof Net {
  return process.getBuiltinModule('node:net')
}

/** Never those of an issuer: this host, link-local (with the metadata service of clouds), multicast, reserved. */
const closedNets = [
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // The same through the translation of an IPv6-only network (NAT64).
  ['64:ff9b::7f00:0', 104, 'ipv6'],
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  // Metadata services outside of the link-local ranges: AWS over IPv6, Alibaba.
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
] as const

let closed: BlockList | undefined

function closedAddresses(): BlockList {
  if (closed !== undefined) return closed
  closed = new (net().BlockList)()
  for (const [address, bits, family] of closedNets) closed.addSubnet(address, bits, family)
  return closed
}

/**
 * The issuer as a URL: `https:`, or `http:` on this machine; without user, query and fragment (OpenID Connect Discovery
 * 1.0, section 3). Throws `input_invalid`.
 */
export function parseIssuer(text: string): URL {
  const url = URL.canParse(text) && text.length <= 512 ? new URL(text) : undefined
  const problem = url === undefined ? 'is no URL' : problemOf(url)
  if (url !== undefined && problem === undefined && !/[?#\s]/.test(text)) return url
  throw new SottoError('input_invalid', `issuer ${shown(text)} ${problem ?? 'has a query, a fragment or blanks'}`, {
    hint: 'give the https:// address exactly as the tokens of the issuer name it in "iss"',
  })
}

function problemOf(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'holds credentials'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return literalProblem(url)
  return 'is not https, and not on this machine'
}

function literalProblem(url: URL): string | undefined {
  const host = hostOf(url)
  return net().isIP(host) !== 0 && !isLoopback(url) && isClosed(host) ? 'is an address that no issuer has' : undefined
}

/** Is the host this machine by its own word: `localhost`, 127.0.0.0/8 or [::1]? */
export function isLoopback(url: URL): boolean {
  const host = hostOf(url)
  return host === 'localhost' || host === '::1' || (net().isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * May a document of this issuer name that address? Only an issuer on this machine may name one on this machine, so that
 * none elsewhere can point us there.
 */
export function mayFollow(issuer: URL, text: string): URL | undefined {
  if (!URL.canParse(text) || text.length > 2048) return undefined
  const url = new URL(text)
  if (problemOf(url) !== undefined) return undefined
  return isLoopback(url) && !isLoopback(issuer) ? undefined : url
}

/** The host for a socket: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

function isClosed(address: string): boolean {
  return closedAddresses().check(address, net().isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * A look-up for the socket itself: the addresses that it gives are those that are connected to, so that no second look-up
 * can give others. With `loopback` the answer must be this machine, else it must not.
 */
export function guardedLookup(loopback: boolean): LookupFunction {
  return (hostname, options, callback) => {
    process.getBuiltinModule('node:dns').lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [], 0)
      const allowed = addresses.filter(({ address }) => (loopback ? isLocalAddress(address) : !isClosed(address)))
      const [first] = allowed
      if (first === undefined) return callback(new Error('the name leads to an address that no issuer has'), [], 0)
      answer(options.all === true, allowed, first, callback)
    })
  }
}

function answer(
  all: boolean,
  allowed: LookupAddress[],
  first: LookupAddress,
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) callback(null, allowed)
  else callback(null, first.address, first.family)
}

function isLocalAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
