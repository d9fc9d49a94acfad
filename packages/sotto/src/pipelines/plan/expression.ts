/** From a value with handles inside to an expression. */
import { SottoError } from '@sotto/sdk/model'
import { findHandle } from '../authoring/make-handle.ts'
import { isSensitive, toJsonData } from '../json-data.ts'
import type { BodyRecorder } from '../definitions.ts'
import type { Expression } from './plan.ts'

/** Reads a value of a pipeline's body. Anything that is neither JSON nor a handle of this body: `pipeline_invalid`. */
export function toExpression(value: unknown, what: string, recorder: BodyRecorder): Expression {
  const walk = (item: unknown, above: readonly unknown[]): Expression => {
    const target = findHandle(item)
    if (target !== undefined) {
      if (target.recorder === recorder) return target.expression
      throw new SottoError('pipeline_invalid', `${what} comes from pipeline "${target.recorder.pipeline}"`, {
        hint: 'a handle lives in the body that made it',
      })
    }
    if (typeof item === 'function' && 'stepName' in item) {
      throw new SottoError('pipeline_invalid', `${what} is step "${String(item.stepName)}" itself, not its result`, {
        hint: `call it: ${String(item.stepName)}()`,
      })
    }
    if (typeof item !== 'object' || item === null || isSensitive(item) || above.includes(item))
      return { value: toJsonData(item, what, 'pipeline_invalid') }
    const deeper = [...above, item]
    if (Array.isArray(item)) return list(item.map((each) => walk(each, deeper)))
    if (Object.prototype.toString.call(item) !== '[object Object]')
      return { value: toJsonData(item, what, 'pipeline_invalid') }
    return object(
      Object.entries(item)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => [name, walk(each, deeper)]),
    )
  }
  return walk(value, [])
}

/** Lists and objects without a handle are constants. */
function list(items: readonly Expression[]): Expression {
  const values = items.flatMap((item) => ('value' in item ? [item.value] : []))
  return values.length === items.length ? { value: values } : { list: items }
}

function object(members: readonly (readonly [string, Expression])[]): Expression {
  const values = members.flatMap(([name, item]) => ('value' in item ? [[name, item.value] as const] : []))
  return values.length === members.length
    ? { value: Object.fromEntries(values) }
    : { object: Object.fromEntries(members) }
}
