/** Reads the body of a request: JSON in UTF-8, up to a limit. */
import type { IncomingMessage } from 'node:http'
import { SottoError } from '@sotto/sdk/model'
import { malformed } from './request-error.ts'
import { scanJson } from './scan-json.ts'

/** The largest version is 4 MiB of values, which JSON may escape or base64 lengthen. */
const mostBodyBytes = 16 * 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Codes: `request_too_large`, `request_malformed`; and `request_malformed` where the client goes away. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request)
  if (bytes.length === 0) throw malformed('it has no body, and this operation takes JSON')
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw malformed('its body is not UTF-8')
  } finally {
    bytes.fill(0)
  }
  scanJson(text)
  try {
    return JSON.parse(text)
  } catch {
    // The error of JSON.parse quotes what it met, which may be a value: neither message nor cause may hold it.
    throw malformed('its body is not JSON')
  }
}

function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= mostBodyBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      request.pause()
      reject(tooLarge())
    })
    request.on('end', () => {
      const [first] = chunks
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
    })
    request.on('error', () => reject(malformed('it ended before its body was there')))
    request.on('close', () => reject(malformed('it ended before its body was there')))
  })
}

function tooLarge(): SottoError {
  return new SottoError('request_too_large', `the body is larger than ${String(mostBodyBytes / 1024 / 1024)} MiB`)
}
