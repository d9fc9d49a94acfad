/**
 * The keys of issuers, kept for a while. What a sender of tokens can make us do is bounded: an unknown key name makes one
 * fetch per issuer and half a minute, whatever the number of tokens.
 *
 *     fresh        at most an hour (the issuer's max-age), then fetched anew
 *     stale        serves while the issuer does not answer, until two hours after it was fetched
 *     unknown key  asks again, since issuers rotate; not within 30 s of the last time
 */
import type { DocumentRequest, IssuerDocument } from './fetch-document.ts'
import { IdentityRefused } from './identity-verifier.ts'
import { mayFollow, parseIssuer } from './issuer-address.ts'
import { findKey, readKeySet } from './key-set.ts'
import type { PublishedKey } from './key-set.ts'

export interface IssuerKeysOptions {
  readonly clock: () => number
  readonly fetch: (request: DocumentRequest) => Promise<IssuerDocument>
}

interface KnownIssuer {
  keys: readonly PublishedKey[]
  fetchedAtMs: number
  freshUntilMs: number
  /** When it was asked last, with or without success. */
  askedAtMs: number
  pending: Promise<void> | undefined
}

export interface WantedKey {
  readonly algorithm: string
  readonly keyId: string | undefined
}

const minuteMs = 60_000
const freshMs = { least: minuteMs, usual: 10 * minuteMs, most: 60 * minuteMs }
const staleMs = 120 * minuteMs
const askAgainMs = 30_000
/** Discovery and keys are two exchanges. */
const timeoutMs = 5000
/** Issuers come from our own trusts; this only bounds what a store full of them would keep in memory. */
const mostIssuers = 1000

export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #known = new Map<string, KnownIssuer>()

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  /** The key of the issuer that fits. Throws `IdentityRefused`: `no key`, `keys not available`. */
  async find(issuer: string, wanted: WantedKey): Promise<PublishedKey> {
    const known = this.#of(issuer)
    if (this.#options.clock() >= known.freshUntilMs) await this.#ask(issuer, known)
    const key = this.#usable(known) && findKey(known.keys, wanted)
    if (key !== false && key !== undefined) return key
    // The issuer may have a new key since we asked.
    await this.#ask(issuer, known)
    if (!this.#usable(known)) throw new IdentityRefused('keys not available')
    const found = findKey(known.keys, wanted)
    if (found === undefined) throw new IdentityRefused('no key')
    return found
  }

  #usable({ fetchedAtMs }: KnownIssuer): boolean {
    return this.#options.clock() < fetchedAtMs + staleMs
  }

  #of(issuer: string): KnownIssuer {
    const known = this.#known.get(issuer)
    if (known !== undefined) return known
    const oldest = this.#known.keys().next()
    if (this.#known.size >= mostIssuers && oldest.done !== true) this.#known.delete(oldest.value)
    const never = -Infinity
    const made = { keys: [], fetchedAtMs: never, freshUntilMs: never, askedAtMs: never, pending: undefined }
    this.#known.set(issuer, made)
    return made
  }

  /** Fetches, together with whoever waits for the same; does nothing so soon after the last time. */
  async #ask(issuer: string, known: KnownIssuer): Promise<void> {
    if (known.pending === undefined) {
      if (this.#options.clock() < known.askedAtMs + askAgainMs) return
      known.askedAtMs = this.#options.clock()
      known.pending = this.#fetch(issuer, known).finally(() => (known.pending = undefined))
    }
    await known.pending
  }

  /** A failure leaves the keys as they are. */
  async #fetch(issuer: string, known: KnownIssuer): Promise<void> {
    try {
      const { keys, maxAgeSeconds } = await fetchKeys(issuer, this.#options.fetch)
      const nowMs = this.#options.clock()
      const wishedMs = maxAgeSeconds === undefined ? freshMs.usual : maxAgeSeconds * 1000
      known.keys = keys
      known.fetchedAtMs = nowMs
      known.freshUntilMs = nowMs + Math.min(Math.max(wishedMs, freshMs.least), freshMs.most)
    } catch {
      // Not told to whoever sent the token; `usable` decides what the keys that are there are worth.
    }
  }
}

type Fetch = IssuerKeysOptions['fetch']

async function fetchKeys(
  issuer: string,
  fetch: Fetch,
): Promise<{ keys: readonly PublishedKey[]; maxAgeSeconds: number | undefined }> {
  const url = parseIssuer(issuer)
  const { content } = await fetchDiscovery(issuer, fetch)
  const address = content['jwks_uri']
  const follow = typeof address === 'string' ? mayFollow(url, address) : undefined
  if (follow === undefined) throw new IdentityRefused('keys not available')
  const document = await fetch({ url: follow, timeoutMs })
  const keys = readKeySet(document.content)
  if (keys === undefined) throw new IdentityRefused('keys not available')
  return { keys, maxAgeSeconds: document.maxAgeSeconds }
}

/**
 * The discovery document of an issuer (OpenID Connect Discovery 1.0, section 4). It must name the issuer itself, exactly:
 * else one issuer could speak for another (mix-up).
 */
async function fetchDiscovery(issuer: string, fetch: Fetch): Promise<IssuerDocument> {
  const url = parseIssuer(issuer)
  const address = new URL(`${url.href.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const document = await fetch({ url: address, timeoutMs })
  if (document.content['issuer'] !== issuer) throw new IdentityRefused('keys not available')
  return document
}
