/**
 * One JSON document of an issuer. Redirects are answers like others and are not followed; size and time are bounded; the
 * address was looked up once, by the socket that connects (see `issuer-address.ts`).
 */
import type { IncomingMessage, RequestOptions } from 'node:http'
import type { JsonObject } from '@sotto/sdk/model'
import { guardedLookup, hostOf, isLoopback } from './issuer-address.ts'
import { parseStrictObject } from './strict-json.ts'

/** The largest key sets in the wild, with certificates in them, have 50 KiB. */
const mostBytes = 256 * 1024

export interface IssuerDocument {
  readonly content: JsonObject
  /** `max-age` of `Cache-Control`, if the issuer gave one. Seconds. */
  readonly maxAgeSeconds: number | undefined
}

export interface DocumentRequest {
  readonly url: URL
  /** For the whole exchange, from the look-up of the name to the last byte. */
  readonly timeoutMs: number
  /** Form to be posted (to a token endpoint); without it the document is got. */
  readonly form?: URLSearchParams | undefined
  readonly authorization?: string | undefined
}

/** An answer that is not what was asked for. Holds a status or a system code, nothing that came over the wire. */
class DocumentFailure extends Error {
  override readonly name: string = 'DocumentFailure'
}

/** Throws `DocumentFailure`. */
export function fetchDocument(request: DocumentRequest): Promise<IssuerDocument> {
  const { url, timeoutMs, form } = request
  const loopback = isLoopback(url)
  // getBuiltinModule, not import: an import of node:http adds as much to a cold start as Node itself needs.
  const http =
    url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const options: RequestOptions = {
    method: form === undefined ? 'GET' : 'POST',
    protocol: url.protocol,
    hostname: hostOf(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    lookup: guardedLookup(loopback),
    agent: false,
    headers: headersOf(request),
  }
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer)
      sent.destroy()
      reject(new DocumentFailure(what))
    }
    const timer = setTimeout(() => fail('no answer in time'), timeoutMs)
    const sent = http.request(options, (response) => {
      readAnswer(response).then(
        (document) => {
          clearTimeout(timer)
          resolve(document)
        },
        (error: unknown) => fail(error instanceof DocumentFailure ? error.message : 'the answer broke off'),
      )
    })
    sent.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'no connection'))
    sent.end(form?.toString())
  })
}

function headersOf({ form, authorization }: DocumentRequest): { [name: string]: string } {
  return {
    accept: 'application/json',
    'user-agent': 'sotto',
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(authorization === undefined ? {} : { authorization }),
  }
}

async function readAnswer(response: IncomingMessage): Promise<IssuerDocument> {
  if (response.statusCode !== 200) throw new DocumentFailure(`status ${String(response.statusCode)}`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw new DocumentFailure('the answer is too large')
    chunks.push(chunk)
  }
  const content = parseStrictObject(Buffer.concat(chunks).toString('utf8'))
  if (content === undefined) throw new DocumentFailure('the answer is no JSON object')
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(response.headers['cache-control'] ?? '')?.[1]
  return { content, maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) }
}
