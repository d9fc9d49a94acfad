/** Draws up the plan of a pipeline: runs its body once with handles in place of data. */
import { basename } from 'node:path'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { findHandle } from '../authoring/make-handle.ts'
import { paramsProxy } from '../authoring/params.ts'
import type { PipelineDefinition } from '../definitions.ts'
import { isObject, toJsonData } from '../json-data.ts'
import { registry } from '../registry.ts'
import { PlanBuilder } from './builder.ts'
import { errorPlace } from './error-place.ts'
import { toExpression } from './expression.ts'
import type { Expression, Plan, PlanParameter } from './plan.ts'

/** The plan of a pipeline. Cycles cannot arise: a body can only use what it has. Codes: `pipeline_invalid`. */
export function compilePipeline(definition: PipelineDefinition): Plan {
  const what = `pipeline "${definition.name}"`
  const state = registry()
  if (state.building !== undefined) {
    throw new SottoError('pipeline_invalid', `${what} is used inside pipeline "${state.building.pipeline}"`, {
      hint: 'call its steps instead',
    })
  }
  const builder = new PlanBuilder(definition.name, definition.file)
  state.building = builder
  let result: Expression
  try {
    result = readResult(what, callBody(definition, builder), builder)
  } finally {
    state.building = undefined
  }
  if (builder.nodes.length === 0)
    throw new SottoError('pipeline_invalid', `${what} has no steps`, { hint: 'call at least one step in its body' })
  return {
    format: 1,
    pipeline: definition.name,
    file: basename(definition.file),
    settings: definition.settings,
    params: readParameters(what, builder.parameters, definition.defaults),
    nodes: builder.nodes,
    result,
  }
}

function callBody(definition: PipelineDefinition, builder: PlanBuilder): unknown {
  try {
    return definition.body(paramsProxy(builder) as never) // what the body takes is known to its author only
  } catch (error) {
    if (isSottoError(error)) throw error
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const place = errorPlace(error, definition.file) ?? definition.file
    throw new SottoError(
      'pipeline_invalid',
      `the body of pipeline "${definition.name}" threw at ${place}: ${message}`,
      {
        hint: 'a body only connects steps: work with data, also with parameters, belongs into a step',
        cause: error,
      },
    )
  }
}

function readResult(what: string, returned: unknown, builder: PlanBuilder): Expression {
  if (findHandle(returned) === undefined && returned instanceof Promise) {
    // Its failure is this one; without a handler Node would end the process over it.
    returned.catch(() => {})
    throw new SottoError('pipeline_invalid', `the body of ${what} is async`, {
      hint: 'a body only connects steps: drop async and await',
    })
  }
  return toExpression(returned, `the result of ${what}`, builder)
}

function readParameters(what: string, names: ReadonlySet<string>, defaults: object): readonly PlanParameter[] {
  const values = toJsonData(defaults, `${what}: defaults`, 'pipeline_invalid')
  const given = isObject(values) ? values : {}
  const unused = Object.keys(given).find((name) => !names.has(name))
  if (unused !== undefined) {
    throw new SottoError('pipeline_invalid', `${what} has a default for "${unused}", which its body does not use`, {
      hint: names.size === 0 ? 'remove it' : `its parameters are ${[...names].join(', ')}`,
    })
  }
  return [...names].map((name) => (given[name] === undefined ? { name } : { name, default: given[name] }))
}
