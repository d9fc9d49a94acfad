/** The lines of a file of any size; `-` is standard input. */
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { resolvePath } from '../values/read-file.ts'

/** No event comes near it: what has no line breaks is no export, and must not fill the memory. In characters. */
const longestLine = 32 * 1024 * 1024

/** Codes: `file_unreadable`, `input_invalid` for a line that is far too long. */
export async function* readLines(context: CliContext, given: string): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of given === '-' ? context.stdin.open() : fileChunks(resolvePath(context, given), given)) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new SottoError('input_invalid', `${shown(given)} has a line without an end`)
    yield* lines
  }
  rest += decoder.end()
  if (rest !== '') yield rest
}

async function* fileChunks(path: string, given: string): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path)
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(256 * 1024) })
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = systemCode(error) ?? 'unknown error'
    throw new SottoError('file_unreadable', `file ${shown(given)} cannot be read (${code})`)
  }
}
