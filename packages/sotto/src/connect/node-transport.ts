/**
 * Carries requests by Node's own http modules. They come by `getBuiltinModule`: `fetch`, or an import of these modules as
 * ES modules, costs as much as starting Node.
 */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import type { HttpAnswer, HttpRequest, Transport } from '@sotto/sdk'
import { SottoError, systemCode } from '@sotto/sdk/model'

export interface NodeTransport {
  readonly send: Transport
  /** Ends the connections that are kept. */
  close(): void
}

/** `ca`: certificates in PEM that are trusted beside those of Node. Connections are kept and used again. */
export function createNodeTransport(url: string, ca: string | undefined): NodeTransport {
  const secure = url.startsWith('https:')
  const { request } = process.getBuiltinModule(secure ? 'node:https' : 'node:http')
  const agent = makeAgent(secure, ca)
  const send: Transport = (asked) =>
    new Promise((resolve, reject) => {
      const { method, headers, body, timeoutMs } = asked
      const options: RequestOptions = { method, headers: withLength(headers, body), agent, timeout: timeoutMs }
      const sent = request(asked.url, options, (answer) => {
        readAnswer(answer).then(resolve, (error: unknown) => reject(unreachable(asked, error, true)))
      })
      const timer = setTimeout(() => sent.destroy(new LateAnswer()), timeoutMs)
      sent.on('timeout', () => sent.destroy(new LateAnswer()))
      sent.on('error', (error) => reject(unreachable(asked, error, isSent(error))))
      sent.on('close', () => clearTimeout(timer))
      sent.end(body)
    })
  return { send, close: () => agent.destroy() }
}

function makeAgent(secure: boolean, ca: string | undefined): Agent {
  if (!secure) return new (process.getBuiltinModule('node:http').Agent)({ keepAlive: true, maxSockets: 32 })
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  return new (process.getBuiltinModule('node:https').Agent)({ keepAlive: true, maxSockets: 32, ...trusted })
}

function withLength(headers: HttpRequest['headers'], body: string | undefined): Record<string, string> {
  return body === undefined ? { ...headers } : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
}

async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer) // no encoding is set, so these are bytes
  const header = (name: string): string | undefined => {
    const value = answer.headers[name]
    return typeof value === 'string' ? value : undefined
  }
  return { status: answer.statusCode ?? 0, header, body: Buffer.concat(chunks).toString() }
}

/** Ends a request whose answer does not come. */
class LateAnswer extends Error {}

/** Failures of finding and reaching the server: nothing of the request has left. */
const notSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

function isSent(error: Error): boolean {
  const code = systemCode(error) ?? ''
  return !notSent.has(code) && !isCertificateError(code)
}

/** OpenSSL's words for a certificate that it does not trust: `DEPTH_ZERO_SELF_SIGNED_CERT`, `CERT_HAS_EXPIRED`. */
function isCertificateError(code: string): boolean {
  return /CERT|ALTNAME|UNABLE_TO|ERR_TLS|ERR_SSL/.test(code)
}

function unreachable({ url, timeoutMs }: HttpRequest, error: unknown, sent: boolean): SottoError {
  const { host } = new URL(url)
  const code = systemCode(error) ?? ''
  const details = { host, sent, ...(code === '' ? {} : { reason: code }) }
  if (error instanceof LateAnswer)
    return new SottoError(
      'unreachable',
      `the server at ${host} did not answer within ${String(timeoutMs / 1000)} seconds`,
      {
        hint: 'is it overloaded, or behind a proxy that waits for it?',
        details,
      },
    )
  if (isCertificateError(code))
    return new SottoError('unreachable', `the certificate of ${host} is not trusted (${code})`, {
      hint: 'SOTTO_CA_FILE names a file with the certificate of whoever signed it',
      details,
    })
  return new SottoError(
    'unreachable',
    `the server at ${host} cannot be reached (${code === '' ? 'it ended the connection' : code})`,
    {
      hint: 'is it running, and is its address right?',
      details,
    },
  )
}
