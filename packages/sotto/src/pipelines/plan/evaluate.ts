/** From an expression to data, when the run has it. */
import type { Json, JsonObject } from '@sotto/sdk/model'
import type { Expression } from './plan.ts'

/** Gives what a node left under a name. */
export type OutputReader = (step: string, output: string) => Promise<Json>

/** The data of an expression. */
export async function evaluate(expression: Expression, parameters: JsonObject, read: OutputReader): Promise<Json> {
  if ('value' in expression) return expression.value
  if ('parameter' in expression) return parameters[expression.parameter] ?? null
  if ('step' in expression) return await read(expression.step, expression.output)
  if ('list' in expression) return await Promise.all(expression.list.map((item) => evaluate(item, parameters, read)))
  return await evaluateMembers(expression.object, parameters, read)
}

/** The data of named expressions, as one object. */
export async function evaluateMembers(
  members: { readonly [name: string]: Expression },
  parameters: JsonObject,
  read: OutputReader,
): Promise<JsonObject> {
  const evaluated = Object.entries(members).map(
    async ([name, item]) => [name, await evaluate(item, parameters, read)] as const,
  )
  return Object.fromEntries(await Promise.all(evaluated))
}
