/** `sotto audit verify`: exit code 1 when the log was changed. */
import { SottoError } from '@sotto/sdk/model'
import type { AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { checkpointText } from '../parse/checkpoint.ts'
import { readCheckpoint } from './checkpoint.ts'

export async function verifyAudit(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const given = input.text('checkpoint')
  const kept = given === undefined ? {} : await readCheckpoint(context, given)
  const fingerprint = input.text('fingerprint') ?? kept.fingerprint
  const answer = await verify(call, { ...kept, fingerprint })
  await print.result(answer, () => ({
    facts: [
      ['result', answer.result],
      ['events', String(answer.events)],
      ['fingerprint', answer.fingerprint],
      ['checkpoint', checkpointText(answer.checkpoint)],
    ],
  }))
  if (answer.accepted !== undefined) print.warn(answer.accepted)
  if (answer.result === 'broken') {
    throw new SottoError('audit_broken', 'the audit log was changed', {
      hint: 'keep it as it is and compare it with a backup or a copy',
      details: { problems: answer.problems },
    })
  }
  if (answer.result === 'consistent, not authenticated' && print.format === 'table') {
    print.say(
      `keep these elsewhere and compare with: sotto audit verify --fingerprint ${answer.fingerprint} --checkpoint ${checkpointText(answer.checkpoint)}`,
    )
  }
}

/** The store's chain, or the lines of a file, which need neither store nor key. */
async function verify(call: Call, kept: AuditVerifyInput): Promise<AuditVerification> {
  const path = call.input.text('file')
  if (path === undefined) return (await call.api()).verifyAudit(kept)
  const { verifyAuditLines } = await import('../../connect/audit-file.ts')
  const { readLines } = await import('./read-lines.ts')
  return verifyAuditLines(readLines(call.context, path), kept)
}
