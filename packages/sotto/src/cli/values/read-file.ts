/** Reads what `@` names: a file or standard input, never more than a secret could hold. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { limits, shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'

/**
 * Codes: `file_unreadable`; `value_too_large` above 4 MiB, whatever the file's size, without reading the rest. `what`
 * names the file in messages.
 */
export async function readFile(
  context: CliContext,
  path: string,
  what: string = `file ${shown(path)}`,
): Promise<Uint8Array> {
  const file = await openFile(resolvePath(context, path), what)
  try {
    const found = await file.stat()
    if (found.isDirectory()) throw unreadable(what, 'is a folder')
    if (found.size > limits.versionBytes) throw tooLarge(what)
    return await collect(chunksOf(file), what)
  } catch (error) {
    throw error instanceof SottoError ? error : unreadable(what, reasonOf(error))
  } finally {
    await file.close()
  }
}

/** Standard input to its end. A terminal is refused: there a prompt is meant. */
export async function readStandardInput(context: CliContext): Promise<Uint8Array> {
  if (context.stdin.isTerminal) {
    throw new SottoError('usage', '@- reads standard input, which is the terminal here', {
      hint: 'use -i to type values, or pipe them: … | sotto …',
    })
  }
  return collect(context.stdin.open(), 'standard input')
}

/** An absolute path; `~/` is the home folder, which the shell does not expand behind `=@`. */
export function resolvePath({ cwd, env }: CliContext, path: string): string {
  const home = env['HOME']
  if (path.startsWith('~/') && home !== undefined) return join(home, path.slice(2))
  return isAbsolute(path) ? path : join(cwd, path)
}

async function openFile(absolute: string, what: string): Promise<FileHandle> {
  try {
    return await open(absolute, constants.O_RDONLY)
  } catch (error) {
    throw unreadable(what, reasonOf(error))
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.allocUnsafe(65536) })
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

/** A device or a pipe has no size, so the limit is watched while reading. */
async function collect(chunks: AsyncIterable<Uint8Array | string>, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    size += bytes.length
    if (size > limits.versionBytes) throw tooLarge(what)
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}

function tooLarge(what: string): SottoError {
  return new SottoError('value_too_large', `${what} is larger than 4 MiB`, {
    hint: 'keep large data in the artifact store and its credentials in a secret',
  })
}

function unreadable(what: string, why: string): SottoError {
  return new SottoError('file_unreadable', `${what} ${why}`, {
    hint: 'a value that begins with @ is written with @@',
  })
}

function reasonOf(error: unknown): string {
  const code = systemCode(error) ?? 'unknown error'
  const reasons: { readonly [code: string]: string } = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EPERM: 'may not be read by this user',
    EISDIR: 'is a folder',
    ENOTDIR: 'does not exist: a part of its path is not a folder',
    ELOOP: 'is a circle of links',
    ENAMETOOLONG: 'has too long a name',
    ENXIO: 'is a socket',
  }
  return reasons[code] ?? `cannot be read (${code})`
}
