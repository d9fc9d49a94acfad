/** `sotto stack update STACK --TYPE=COMPONENT...` */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { stackComponents } from './stack-components.ts'
import { tellStack } from './stack-words.ts'

export async function updateStack(call: Call): Promise<undefined> {
  const { input } = call
  const { components, removed } = stackComponents(input.attributes)
  const change = { description: input.text('description'), labels: parseLabels(input.list('label')) }
  if (input.attributes.length === 0 && change.description === undefined && change.labels === undefined) {
    throw new SottoError('usage', 'nothing to change is given', {
      hint: `sotto stack update ${input.argument('STACK')} --TYPE=COMPONENT`,
    })
  }
  const api = await call.api()
  const stack = await api.updateStack({ stack: input.argument('STACK'), components, remove: removed, ...change })
  return tellStack(call, 'updated', stack)
}
