/** Values of parameters: read from words of a command line, checked against a plan. */
import { nearest, shown, SottoError } from '@sotto/sdk/model'
import type { Json, JsonObject } from '@sotto/sdk/model'
import { isObject, toJsonData } from '../json-data.ts'
import type { Plan } from './plan.ts'

/**
 * Reads `--lr=0.1` and its like: JSON where the text is JSON, else the text itself, so that `00123` and `prod` are
 * texts and `"5"` is the text 5. Broken lists, objects and quoted texts, and a name given twice: `input_invalid`.
 */
export function parseParameters(pairs: Iterable<readonly [name: string, text: string]>): JsonObject {
  const values = new Map<string, Json>()
  for (const [name, text] of pairs) {
    if (values.has(name)) throw new SottoError('input_invalid', `parameter ${shown(name)} is given twice`)
    values.set(name, parseParameter(name, text))
  }
  return Object.fromEntries(values)
}

function parseParameter(name: string, text: string): Json {
  try {
    const value = JSON.parse(text) as Json // JSON.parse makes nothing else
    return typeof value === 'number' && !Number.isFinite(value) ? text : value
  } catch (error) {
    // Not shown: a value of a parameter may be private. The parser's own message would quote it.
    if (/^\s*["[{]/.test(text))
      throw new SottoError('input_invalid', `parameter ${shown(name)} begins like JSON but is not`, {
        hint: `quote it for the shell: '--${name}={"a": 1}'`,
        cause: error instanceof Error ? error.name : undefined,
      })
    return text
  }
}

/** The values a run works with, defaults filled in. Unknown and missing ones are all named at once: `input_invalid`. */
export function completeParameters(plan: Plan, given: unknown): JsonObject {
  const data = toJsonData(given, `the parameters of pipeline "${plan.pipeline}"`, 'input_invalid')
  const values = isObject(data) ? data : {}
  const names = plan.params.map(({ name }) => name)
  const unknown = Object.keys(values).filter((name) => !names.includes(name))
  const missing = plan.params
    .filter((each) => each.default === undefined && values[each.name] === undefined)
    .map(({ name }) => name)
  if (unknown.length > 0 || missing.length > 0) throw mismatch(plan, unknown, missing)
  return Object.fromEntries(plan.params.map((each) => [each.name, values[each.name] ?? each.default ?? null]))
}

function mismatch(plan: Plan, unknown: readonly string[], missing: readonly string[]): SottoError {
  const names = plan.params.map(({ name }) => name)
  const problems = [
    ...unknown.map((name) => `it has no parameter ${shown(name)}`),
    ...missing.map((name) => `parameter "${name}" is missing`),
  ]
  const near = unknown.map((name) => nearest(name, names)).find((name) => name !== undefined)
  const [absent] = missing
  const known = names.length === 0 ? 'it takes no parameters' : `its parameters are ${names.join(', ')}`
  const hint =
    near !== undefined
      ? `did you mean --${near}=…?`
      : absent !== undefined
        ? `give --${absent}=VALUE, or a default: pipeline(NAME, { defaults: { ${absent}: … } }, …)`
        : known
  return new SottoError('input_invalid', `pipeline "${plan.pipeline}": ${problems.join('; ')}`, {
    hint,
    // Texts and no lists, which would be printed again below the message.
    details: { unknown: unknown.join(' '), missing: missing.join(' ') },
  })
}
