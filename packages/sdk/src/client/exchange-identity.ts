/** Signing in by the identity that a CI service, a cluster or a company vouches for: no secret of Sotto's is needed before. */
import type { NewToken } from '../model/principal.ts'
import { apiPath } from '../model/route.ts'
import type { IdentityExchange } from '../model/trust.ts'
import { fetchTransport } from './fetch-transport.ts'
import { readAnswer } from './http-answer.ts'
import type { HttpApiOptions } from './http-api.ts'

/**
 * Gives a token of the service account whose trust the identity token fits; it is good for an hour at most. Codes:
 * `not_signed_in` for whatever reason it does not fit, `unreachable`.
 */
export async function exchangeIdentity(
  { url, workspace = 'default', transport = fetchTransport, timeoutMs = 30_000 }: Omit<HttpApiOptions, 'token'>,
  identity: IdentityExchange,
): Promise<NewToken> {
  const answer = await transport({
    method: 'POST',
    url: `${url.replace(/\/+$/, '')}${apiPath}${encodeURIComponent(workspace)}/sign-in/identity`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(identity),
    timeoutMs,
  })
  return readAnswer(answer) as NewToken // the server's word
}
