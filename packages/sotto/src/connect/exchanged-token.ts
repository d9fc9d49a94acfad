/**
 * A token of the server for the identity that this process has (`SOTTO_AUTH`), got on first use and again before it ends:
 * a long run goes on for as long as its runner vouches for it.
 */
import { exchangeIdentity } from '@sotto/sdk'
import type { Transport } from '@sotto/sdk'
import type { NewToken } from '@sotto/sdk/model'
import { readIdentityToken } from './identity-token.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface ExchangeOptions {
  readonly env: Environment
  /** What `SOTTO_AUTH` says. */
  readonly auth: string
  /** The server, without a slash at its end: what identity tokens are for, unless `SOTTO_AUDIENCE` says otherwise. */
  readonly url: string
  readonly workspace: string
  readonly transport: Transport
}

/** Renewed when so little of its life is left, so that no request comes with one that ends on its way. */
const leastLeftMs = 60_000

/** Codes as of `readIdentityToken`, and `not_signed_in` where no trust of the server fits. */
export function exchangedToken(options: ExchangeOptions): () => Promise<string> {
  let held: { readonly text: string; readonly renewAtMs: number } | undefined
  let pending: Promise<string> | undefined
  const renew = async (): Promise<string> => {
    const { text, expiresAt } = await exchange(options)
    const leftMs = Date.parse(expiresAt) - Date.now()
    held = { text, renewAtMs: Date.now() + Math.max(leftMs - leastLeftMs, leftMs / 2) }
    return text
  }
  return () => {
    if (held !== undefined && Date.now() < held.renewAtMs) return Promise.resolve(held.text)
    pending ??= renew().finally(() => (pending = undefined))
    return pending
  }
}

async function exchange({ env, auth, url, workspace, transport }: ExchangeOptions): Promise<NewToken> {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const token = await readIdentityToken(env, auth, given('SOTTO_AUDIENCE') ?? url)
  return exchangeIdentity({ url, workspace, transport }, { token, trust: given('SOTTO_TRUST') })
}
