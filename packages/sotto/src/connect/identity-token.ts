/**
 * The identity token that a runner or a cluster gives this process, by `SOTTO_AUTH`:
 *
 *     github       asked of the runner, for our audience; the job needs `permissions: id-token: write`
 *     kubernetes   a projected token: the file SOTTO_IDENTITY_FILE, else /var/run/secrets/sotto/token
 *     gitlab       the variable SOTTO_ID_TOKEN, which `id_tokens` of the job sets
 *     file         the file SOTTO_IDENTITY_FILE
 *
 * Files are read anew each time, since they are renewed in place.
 */
import { readFileSync } from 'node:fs'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import { createNodeTransport } from './node-transport.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What `SOTTO_AUTH` may say. */
const authKinds = ['github', 'kubernetes', 'gitlab', 'file'] as const

const podFile = '/var/run/secrets/sotto/token'

/** Codes: `usage` for another word, `not_signed_in` where there is no token, `file_unreadable`, `unreachable`. */
export async function readIdentityToken(env: Environment, auth: string, audience: string): Promise<string> {
  const kind = authKinds.find((known) => known === auth)
  switch (kind) {
    case 'github':
      return askGithub(env, audience)
    case 'kubernetes':
      return readToken(env['SOTTO_IDENTITY_FILE'] ?? podFile)
    case 'gitlab':
      return requireToken(
        env['SOTTO_ID_TOKEN'],
        'SOTTO_ID_TOKEN is not set',
        `id_tokens: {SOTTO_ID_TOKEN: {aud: ${audience}}}`,
      )
    case 'file':
      return readToken(
        requireToken(
          env['SOTTO_IDENTITY_FILE'],
          'SOTTO_IDENTITY_FILE names no file',
          'it names the file with the token',
        ),
      )
    case undefined:
      throw new SottoError('usage', `SOTTO_AUTH=${shown(auth)} is not known`, { hint: `use ${authKinds.join(', ')}` })
  }
}

function readToken(file: string): string {
  try {
    return requireToken(readFileSync(file, 'utf8').trim(), `${shown(file)} is empty`, 'it is to hold an identity token')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined || error instanceof SottoError) throw error
    throw new SottoError('file_unreadable', `the identity token ${shown(file)} cannot be read (${code})`, {
      hint: 'mount a projected service account token there, or name its file in SOTTO_IDENTITY_FILE',
    })
  }
}

function requireToken(text: string | undefined, what: string, hint: string): string {
  if (text !== undefined && text !== '') return text
  throw new SottoError('not_signed_in', what, { hint })
}

/** https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
async function askGithub(env: Environment, audience: string): Promise<string> {
  const hint = 'give the job "permissions: id-token: write"'
  const missing = 'the runner offers no identity token (ACTIONS_ID_TOKEN_REQUEST_URL)'
  const address = requireToken(env['ACTIONS_ID_TOKEN_REQUEST_URL'], missing, hint)
  const bearer = requireToken(env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'], missing, hint)
  const url = URL.parse(address)
  if (url === null || (url.protocol !== 'https:' && url.hostname !== '127.0.0.1'))
    throw new SottoError('not_signed_in', 'the address of the runner for identity tokens is not https', { hint })
  url.searchParams.set('audience', audience)
  const transport = createNodeTransport(url.origin, undefined)
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` }
    const { status, body } = await transport.send({ method: 'GET', url: url.href, headers, timeoutMs: 10_000 })
    const value: unknown = status === 200 ? (JSON.parse(body) as { value?: unknown } | null)?.value : undefined
    if (typeof value === 'string' && value !== '') return value
    throw new SottoError('not_signed_in', `the runner gave no identity token (status ${String(status)})`, { hint })
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new SottoError('not_signed_in', 'the runner gave no identity token', { hint })
    throw error
  } finally {
    transport.close()
  }
}
