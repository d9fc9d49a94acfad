/** `sotto stack register NAME [--from STACK] --TYPE=COMPONENT...` */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { stackComponents } from './stack-components.ts'
import { tellStack } from './stack-words.ts'

export async function registerStack(call: Call): Promise<undefined> {
  const { input } = call
  const { components, removed } = stackComponents(input.attributes)
  if (removed.length > 0)
    throw new SottoError('usage', `${removed.map((type) => `--${type}=`).join(', ')} names no component`, {
      hint: `sotto ${removed[0] ?? ''} list`,
    })
  const api = await call.api()
  const stack = await api.registerStack({
    name: input.argument('NAME'),
    from: input.text('from'),
    components,
    description: input.text('description'),
    labels: parseLabels(input.list('label')),
  })
  return tellStack(call, 'registered', stack)
}
