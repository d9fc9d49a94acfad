/** `ctx.secrets`: the declared values as `Sensitive`; anything else is an error that says what to declare. */
import { Sensitive, SottoError, valueBytes } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'
import type { SecretDeclarations, StepSecrets } from '../authoring/secret.ts'
import type { StartSecret } from '../supervisor/messages.ts'

/** `what` names the step in errors. Codes: `value_invalid` for bytes declared as text; `undeclared_secret` on access. */
export function openSecrets(
  what: string,
  secrets: { readonly [alias: string]: StartSecret },
): StepSecrets<SecretDeclarations> {
  const opened = Object.entries(secrets).map(([alias, { name, form, values }]) => {
    const keys = Object.entries(values).map(
      ([key, value]) => [key, new Sensitive(read(`${name}.${key}`, value, form))] as const,
    )
    return [
      alias,
      declaredOnly(
        Object.fromEntries(keys),
        (key) => `${what} does not declare key "${key}" of secret "${name}"`,
        `declare it: secret('${name}', …)`,
      ),
    ] as const
  })
  const all = declaredOnly(
    Object.fromEntries(opened),
    (alias) => `${what} declares no secret "${alias}"`,
    'declare it: secrets: { … }',
  )
  return all
}

function read(label: string, value: SecretValue, form: StartSecret['form']): string | Uint8Array {
  if (form === 'bytes') return valueBytes(value)
  if (value.encoding === 'utf8') return value.data
  const [name, ...key] = label.split('.')
  throw new SottoError('value_invalid', `the value of ${label} is bytes, not text`, {
    hint: `declare it: secret.bytes('${name ?? ''}', '${key.join('.')}')`,
  })
}

/** Own members as they are; `then` and symbols are asked for by JavaScript itself and stay undefined. */
function declaredOnly<T>(
  members: { readonly [name: string]: T },
  message: (name: string) => string,
  hint: string,
): { readonly [name: string]: T } {
  return new Proxy(Object.freeze(members), {
    get(target, property): unknown {
      if (typeof property === 'symbol' || property === 'then' || property === 'toJSON') return undefined
      if (Object.hasOwn(target, property)) return target[property]
      throw new SottoError('undeclared_secret', message(property), { hint })
    },
  })
}
