/** Values of a stack's secrets without a terminal: from a text, or from variables. */
import { shown, SottoError, textValue } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseValues } from '../values/parse-values.ts'
import { readValuesText } from '../values/read-values.ts'
import type { ValuesEntry } from '../values/values-text.ts'
import { nestedPath } from '../values/values-text.ts'
import type { Answers } from './register-secrets.ts'
import type { WantedSecret } from './wanted-secrets.ts'

/**
 * `{"secret":{"key":"value"}}` or `secret.key: value`. What no reference asks for is refused: it is a slip of the
 * pen, and would be written for nobody. Codes: `value_invalid`, `input_invalid`.
 */
export async function fromValues(call: Call, wanted: readonly WantedSecret[], given: string): Promise<Answers> {
  const { text, place } = await readValuesText(call.context, given)
  const { entries } = await parseValues(text, place)
  const flat = entries.flatMap((entry) => flattened(entry, place))
  const answers = new Map<string, Map<string, SecretValue>>()
  const unasked: string[] = []
  const twice: string[] = []
  for (const { secret, key, value } of flat) {
    const known = wanted.find(({ name }) => name === secret)?.keys.some((one) => one.key === key)
    if (known !== true) {
      unasked.push(`${secret}.${key}`)
      continue
    }
    const keys = answers.get(secret) ?? new Map<string, SecretValue>()
    if (keys.has(key)) twice.push(`${secret}.${key}`)
    answers.set(secret, keys.set(key, textValue(value)))
  }
  if (twice.length > 0)
    throw new SottoError('input_invalid', `${place}: ${twice.map(shown).join(', ')} is given twice`, {
      hint: 'give each key once',
    })
  // With --skip-existing the same file serves again and again, so what exists may be in it.
  if (unasked.length > 0 && !call.input.flag('skip-existing')) {
    throw new SottoError('input_invalid', `${place}: the stack does not refer to ${unasked.map(shown).join(', ')}`, {
      hint: 'sotto stack check shows what it refers to',
    })
  }
  return answers
}

interface FlatValue {
  readonly secret: string
  readonly key: string
  readonly value: string
}

function flattened(entry: ValuesEntry, place: string): readonly FlatValue[] {
  if (entry.kind === 'mapping') {
    return entry.entries.map((inner) => ({
      secret: entry.key,
      key: inner.key,
      value: textOfEntry(inner, `${place}: ${shown(entry.key)}.${nestedPath(inner)}`),
    }))
  }
  const at = entry.key.indexOf('.')
  if (at < 1)
    throw new SottoError('value_invalid', `${place}: ${shown(entry.key)} names no key`, {
      hint: 'write secret.key: value, or secret with its keys below',
    })
  return [
    {
      secret: entry.key.slice(0, at),
      key: entry.key.slice(at + 1),
      value: textOfEntry(entry, `${place}: ${nestedPath(entry)}`),
    },
  ]
}

function textOfEntry(entry: ValuesEntry, what: string): string {
  if (entry.kind !== 'scalar')
    throw new SottoError('value_invalid', `${what} is nested data`, {
      hint: 'values are text; write nested data as one text in quotes',
    })
  if (entry.value === null)
    throw new SottoError('value_invalid', `${what} is null`, { hint: 'write "" for an empty value' })
  return entry.value
}

/** `MLFLOW_SECRET_PASSWORD` for `mlflow_secret.password`. Variables that are not set are told; their keys stay missing. */
export function fromEnvironment(call: Call, wanted: readonly WantedSecret[]): Answers {
  const answers = new Map<string, Map<string, SecretValue>>()
  const names = new Map<string, string>()
  const unset: string[] = []
  for (const secret of wanted) {
    for (const { key, exists } of secret.keys) {
      const name = variableOf(secret.name, key)
      const other = names.get(name)
      if (other !== undefined)
        throw new SottoError('input_invalid', `${other} and ${secret.name}.${key} are the same variable ${name}`, {
          hint: 'give them with --values @FILE',
        })
      names.set(name, `${secret.name}.${key}`)
      const text = call.context.env[name]
      if (text !== undefined)
        answers.set(secret.name, (answers.get(secret.name) ?? new Map<string, SecretValue>()).set(key, textValue(text)))
      else if (!exists) unset.push(name)
    }
  }
  if (unset.length > 0) call.print.warn(`not set: ${unset.join(', ')}`)
  return answers
}

export function variableOf(secret: string, key: string): string {
  return `${secret}_${key}`.replaceAll(/[^A-Za-z0-9_]/g, '_').toUpperCase()
}
