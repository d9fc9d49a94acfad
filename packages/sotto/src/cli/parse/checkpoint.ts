import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint } from '@sotto/sdk/model'

/** `EPOCH:SEQUENCE:HEAD`. */
export function checkpointText({ epoch, sequence, head }: AuditCheckpoint): string {
  return `${String(epoch)}:${String(sequence)}:${head}`
}

/** `undefined` for a text that is none. */
export function findCheckpoint(text: string): AuditCheckpoint | undefined {
  const [, epoch, sequence, head] = /^(\d{1,15}):(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? []
  if (epoch === undefined || sequence === undefined || head === undefined) return undefined
  return { epoch: Number(epoch), sequence: Number(sequence), head }
}

/** Throws `usage`. */
export function parseCheckpoint(text: string): AuditCheckpoint {
  const checkpoint = findCheckpoint(text)
  if (checkpoint !== undefined) return checkpoint
  throw new SottoError('usage', '--checkpoint is no checkpoint', {
    hint: 'write it as sotto audit verify prints it: EPOCH:SEQUENCE:HEAD',
  })
}
