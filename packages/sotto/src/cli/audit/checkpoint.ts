/** A checkpoint as people keep it: `EPOCH:SEQUENCE:HEAD`, or a file with that, or with what `audit verify -o json` printed. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint, AuditVerifyInput } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { findCheckpoint, parseCheckpoint } from '../parse/checkpoint.ts'
import { readFile } from '../values/read-file.ts'

/** Codes: `usage` for what is none, `file_unreadable`. A file may hold the fingerprint too. */
export async function readCheckpoint(context: CliContext, given: string): Promise<AuditVerifyInput> {
  const checkpoint = findCheckpoint(given)
  if (checkpoint !== undefined) return { checkpoint }
  if (/^\d+:/.test(given)) return { checkpoint: parseCheckpoint(given) }
  const text = Buffer.from(await readFile(context, given)).toString()
  const kept = findCheckpoint(text.trim())
  if (kept !== undefined) return { checkpoint: kept }
  return parseVerification(text) ?? noCheckpoint(given)
}

function parseVerification(text: string): AuditVerifyInput | undefined {
  try {
    const value = JSON.parse(text) as { readonly checkpoint?: AuditCheckpoint; readonly fingerprint?: unknown } // each member is looked at below
    const { epoch, sequence, head } = value.checkpoint ?? {}
    const checkpoint = findCheckpoint(`${String(epoch)}:${String(sequence)}:${String(head)}`)
    const { fingerprint } = value
    if (checkpoint === undefined) return undefined
    return { checkpoint, ...(typeof fingerprint === 'string' && { fingerprint }) }
  } catch {
    return undefined
  }
}

function noCheckpoint(given: string): never {
  throw new SottoError('usage', `file ${shown(given)} is no checkpoint`, {
    hint: 'write it as sotto audit verify prints it, EPOCH:SEQUENCE:HEAD, or name a file with that or with the output of sotto audit verify -o json',
  })
}
