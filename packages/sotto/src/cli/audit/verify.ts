/** `sotto audit verify`: exit code 1 when the log was changed. */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { checkpointText, parseCheckpoint } from '../parse/checkpoint.ts'

export async function verifyAudit(call: Call): Promise<undefined> {
  const { input, print } = call
  const checkpoint = input.text('checkpoint')
  const api = await call.api()
  const answer = await api.verifyAudit({
    fingerprint: input.text('fingerprint'),
    checkpoint: checkpoint === undefined ? undefined : parseCheckpoint(checkpoint),
  })
  await print.result(answer, () => ({
    facts: [
      ['result', answer.result],
      ['events', String(answer.events)],
      ['fingerprint', answer.fingerprint],
      ['checkpoint', checkpointText(answer.checkpoint)],
    ],
  }))
  if (answer.result === 'broken') {
    throw new SottoError('audit_broken', 'the audit log was changed', {
      hint: 'keep the store as it is and compare it with a backup',
      details: { problems: answer.problems },
    })
  }
  if (answer.result === 'consistent, not authenticated' && print.format === 'table') {
    print.say(
      `keep these elsewhere and compare with: sotto audit verify --fingerprint ${answer.fingerprint} --checkpoint ${checkpointText(answer.checkpoint)}`,
    )
  }
}


