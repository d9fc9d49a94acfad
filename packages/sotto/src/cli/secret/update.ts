/** `sotto secret update NAME [--KEY=VALUE]... [--remove KEY]...` */
import { shown, SottoError } from '@sotto/sdk/model'
import type { SecretUpdate } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseExpiry } from '../parse/parse-expiry.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { readValues } from '../values/read-values.ts'
import { scopeOf } from './scope.ts'
import { writeWords } from './write-words.ts'

export async function updateSecret(call: Call): Promise<undefined> {
  const update = await secretUpdate(call)
  const api = await call.api()
  const write = await api.updateSecret(update)
  await call.print.changed(write, writeWords(write, call.context.now()))
}

async function secretUpdate(call: Call): Promise<SecretUpdate> {
  const { input } = call
  const { values, removed } = await readValues(call)
  const remove = [...new Set([...input.list('remove'), ...removed])]
  const both = remove.filter((key) => Object.hasOwn(values, key))
  if (both.length > 0)
    throw new SottoError('input_invalid', `${both.map(shown).join(', ')} is both written and removed`, {
      hint: 'give each key once',
    })
  const plain = input.list('plain')
  const hasValues = Object.keys(values).length > 0
  const change = {
    values: hasValues ? values : undefined,
    remove: remove.length === 0 ? undefined : remove,
    plain: plain.length === 0 ? undefined : plain,
    description: input.text('description'),
    labels: parseLabels(input.list('label')),
    expiresAt: parseExpiry(input.text('expires'), call.context.now()),
  }
  const name = input.argument('NAME')
  const replace = input.flag('replace')
  if (replace && !hasValues)
    throw new SottoError('usage', '--replace needs the new values', {
      hint: `sotto secret update ${name} --replace --KEY=VALUE`,
    })
  if (Object.values(change).every((part) => part === undefined)) {
    throw new SottoError('usage', 'nothing to change is given', {
      hint: `sotto secret update ${name} --KEY=VALUE, --remove KEY, --values=@FILE or -i`,
    })
  }
  return { secret: name, scope: scopeOf(input), ...change, replace, expectVersion: input.integer('expect-version') }
}
