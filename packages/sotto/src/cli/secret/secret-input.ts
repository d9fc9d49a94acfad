/** The secret that `create` and `set` write. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { SecretInput } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseExpiry } from '../parse/parse-expiry.ts'
import { parseLabels } from '../parse/parse-labels.ts'
import { readValues } from '../values/read-values.ts'
import { scopeOf } from './scope.ts'

/** Codes: those of `readValues`; `value_invalid` for a null, `usage` where no value is given. */
export async function secretInput(call: Call): Promise<SecretInput> {
  const { input } = call
  const name = input.argument('NAME')
  const { values, removed } = await readValues(call)
  if (removed.length > 0) {
    throw new SottoError(
      'value_invalid',
      `${removed.map(shown).join(', ')} is null, which only removes a key in an update`,
      { hint: `write "" for an empty value; sotto secret update ${name} --remove KEY removes one` },
    )
  }
  if (Object.keys(values).length === 0) {
    throw new SottoError('usage', 'no value is given', {
      hint: `sotto secret ${call.spec.path[1] ?? 'create'} ${name} --KEY=VALUE, --KEY=@FILE, --values=@FILE or -i`,
    })
  }
  const plain = input.list('plain')
  return {
    name,
    scope: scopeOf(input),
    values,
    plain: plain.length === 0 ? undefined : plain,
    description: input.text('description'),
    labels: parseLabels(input.list('label')),
    expiresAt: parseExpiry(input.text('expires'), call.context.now()),
  }
}
