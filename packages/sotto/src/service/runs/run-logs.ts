/**
 * Logs of runs: one file a run below the logs folder, since logs are large and are read by the stretch. Only masked
 * output comes here. Chunks of parallel steps lie in the order of their arrival, so a reader can go on behind an offset:
 *
 *     attempt id (16 bytes) | size (u32, big-endian) | bytes        again and again
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { SottoError } from '@sotto/sdk/model'
import type { LogChunk, LogPage } from '@sotto/sdk/model'
import { makeFolder } from '../../files/make-folder.ts'
import { idBytes, idText } from '../../store/id.ts'
import { AfterCommit } from '../door.ts'
import type { Handlers } from '../door.ts'
import { getAttempt, getRun, listAttempts } from './run-rows.ts'

const headerSize = 20
/** How much of a log one answer holds. */
const pageSize = 1024 * 1024
/** The largest piece that may be appended at once. */
const largestChunk = 1024 * 1024

export const runLogHandlers: Handlers<'appendRunLog' | 'readRunLog'> = {
  appendRunLog: async (call, input) => {
    const { attempt, run } = await getAttempt(call, input.attempt)
    if (attempt.state !== 'running')
      throw new SottoError('version_conflict', `attempt ${attempt.id} has ended: its log is closed`)
    const data = Buffer.from(input.dataBase64, 'base64')
    if (data.length > largestChunk) throw new SottoError('value_too_large', 'a piece of a log is at most 1 MiB')
    const { logsFolder } = call.parts
    return new AfterCommit(async () => {
      append(logsFolder, run.id, attempt.id, data)
      return {}
    })
  },

  readRunLog: async (call, query) => {
    const run = await getRun(call, query.run)
    const attempts = await listAttempts(call, run)
    if (query.step !== undefined && !attempts.some(({ step }) => step === query.step)) {
      throw new SottoError('run_not_found', `run ${run.id} has no attempt of step ${JSON.stringify(query.step)}`, {
        hint: `its steps: ${[...new Set(attempts.map(({ step }) => step))].join(', ') || 'none yet'}`,
      })
    }
    const steps = new Map(attempts.map(({ id, step }) => [id, step]))
    const { logsFolder } = call.parts
    return new AfterCommit(async () => {
      const { chunks, offsetBytes, atEnd } = read(logFile(logsFolder, run.id), query.offsetBytes ?? 0)
      const shown = chunks.flatMap(({ attempt, data }): LogChunk[] => {
        const step = steps.get(attempt) ?? ''
        return query.step === undefined || step === query.step
          ? [{ step, attempt, dataBase64: data.toString('base64') }]
          : []
      })
      return { chunks: shown, offsetBytes, ended: atEnd && run.state !== 'running' } satisfies LogPage
    })
  },
}

function logFile(folder: string, run: string): string {
  return join(folder, `${run}.log`)
}

/** One write in append mode, so that pieces of several processes do not mix. */
function append(folder: string, run: string, attempt: string, data: Buffer): void {
  const header = Buffer.alloc(headerSize)
  idBytes(attempt).copy(header)
  header.writeUInt32BE(data.length, 16)
  makeFolder(folder)
  appendFileSync(logFile(folder, run), Buffer.concat([header, data]), { mode: 0o600 })
}

interface Stretch {
  readonly chunks: readonly { readonly attempt: string; readonly data: Buffer }[]
  readonly offsetBytes: number
  readonly atEnd: boolean
}

/** Whole chunks behind the offset. A chunk that is still being written, or was cut by a crash, waits for its rest. */
function read(file: string, start: number): Stretch {
  let descriptor
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return { chunks: [], offsetBytes: start, atEnd: true }
  }
  try {
    const { size } = fstatSync(descriptor)
    const bytes = Buffer.alloc(Math.max(0, Math.min(pageSize + largestChunk + headerSize, size - start)))
    const length = readSync(descriptor, bytes, 0, bytes.length, start)
    const chunks: { attempt: string; data: Buffer }[] = []
    let at = 0
    while (at + headerSize <= length && at < pageSize) {
      const end = at + headerSize + bytes.readUInt32BE(at + 16)
      if (end > length) break
      chunks.push({ attempt: idText(bytes.subarray(at, at + 16)), data: bytes.subarray(at + headerSize, end) })
      at = end
    }
    const offsetBytes = start + at
    // A cut chunk at the end of the file never becomes whole: it counts as the end too.
    return { chunks, offsetBytes, atEnd: chunks.length === 0 || offsetBytes >= size }
  } finally {
    closeSync(descriptor)
  }
}
