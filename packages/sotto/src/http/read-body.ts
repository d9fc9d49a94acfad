/** Reads the body of a request: JSON in UTF-8, up to a limit. */
import { isAscii, isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { SottoError } from '@sotto/sdk/model'
import { malformed } from './request-error.ts'
import { scanJson } from './scan-json.ts'

/** The largest version is 4 MiB of values, which JSON may escape or base64 lengthen. */
const mostBodyBytes = 16 * 1024 * 1024

/** `sizeBytes` as the headers have it. Codes: `request_too_large`, `request_malformed`; and `request_malformed` where the client goes away. */
export async function readJsonBody(request: IncomingMessage, sizeBytes: number | undefined): Promise<unknown> {
  if (sizeBytes !== undefined && sizeBytes > mostBodyBytes) throw tooLarge()
  // A small body comes with its headers; by events it would cost as much as all that is done with it.
  const arrived = sizeBytes !== undefined && request.readableLength === sizeBytes
  const bytes = arrived ? readArrived(request) : await readArriving(request)
  if (bytes.length === 0) throw malformed('it has no body, and this operation takes JSON')
  const text = decode(bytes)
  bytes.fill(0)
  scanJson(text)
  try {
    return JSON.parse(text)
  } catch {
    // The error of JSON.parse quotes what it met, which may be a value: neither message nor cause may hold it.
    throw malformed('its body is not JSON')
  }
}

function decode(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (isUtf8(bytes)) return bytes.toString()
  bytes.fill(0)
  throw malformed('its body is not UTF-8')
}

function readArrived(request: IncomingMessage): Buffer {
  return (request.read() as Buffer | null) ?? Buffer.alloc(0) // no encoding is set, so it is bytes
}

function readArriving(request: IncomingMessage): Promise<Buffer> {
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
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', () => reject(malformed('it ended before its body was there')))
    request.on('close', () => reject(malformed('it ended before its body was there')))
  })
}

function tooLarge(): SottoError {
  return new SottoError('request_too_large', `the body is larger than ${String(mostBodyBytes / 1024 / 1024)} MiB`)
}
