/** Reads a plan that comes as data (a record, another engine): compiled plans are right by construction. */
import { SottoError } from '@sotto/sdk/model'
import type { JsonObject } from '@sotto/sdk/model'
import { isObject } from '../json-data.ts'
import { nodeExpressions, nodeNeeds, RESULT, visitExpression } from './plan.ts'
import type { Expression, Plan, PlanNode } from './plan.ts'

/** The plan in the JSON. Another format, unknown steps, cycles and the like: `pipeline_invalid` naming every problem. */
export function planFromJson(json: JsonObject): Plan {
  if (json['format'] !== 1)
    throw invalid([`format ${JSON.stringify(json['format'] ?? null)} is not known to this release`])
  const shape = shapeProblems(json)
  if (shape.length > 0) throw invalid(shape)
  const plan = json as unknown as Plan // shapeProblems looked at every member that is read here
  const problems = edgeProblems(plan)
  if (problems.length > 0) throw invalid(problems)
  return plan
}

/** Refuses a plan whose nodes cannot run in their order. */
export function requireValidPlan(plan: Plan): void {
  const problems = edgeProblems(plan)
  if (problems.length > 0) throw invalid(problems)
}

function invalid(problems: readonly string[]): SottoError {
  return new SottoError('pipeline_invalid', `the plan is not valid: ${problems.slice(0, 10).join('; ')}`, {
    details: { problems },
  })
}

function shapeProblems(json: JsonObject): readonly string[] {
  const problems: string[] = []
  for (const name of ['pipeline', 'file']) if (typeof json[name] !== 'string') problems.push(`${name} is not a text`)
  for (const name of ['params', 'nodes']) if (!Array.isArray(json[name])) problems.push(`${name} is not a list`)
  if (!isObject(json['settings'] ?? null)) problems.push('settings is not an object')
  if (!isObject(json['result'] ?? null)) problems.push('result is not an expression')
  if (problems.length > 0) return problems
  for (const [index, node] of (json['nodes'] as readonly JsonObject[]).entries()) {
    // a list, by the check above
    const texts = ['id', 'step', 'file'].filter((name) => typeof node[name] !== 'string')
    const objects = [
      'inputs',
      'secrets',
      'settings',
      ...(node['kind'] === 'command' ? ['params', 'outputs'] : []),
    ].filter((name) => !isObject(node[name] ?? null))
    const lists = ['after', ...(node['kind'] === 'command' ? ['run'] : [])].filter((name) => !Array.isArray(node[name]))
    for (const name of [...texts, ...objects, ...lists])
      problems.push(`${name} of node ${String(index + 1)} is missing or of another type`)
    if (node['kind'] !== 'function' && node['kind'] !== 'command')
      problems.push(`node ${String(index + 1)} is neither function nor command`)
  }
  return problems
}

function edgeProblems(plan: Plan): readonly string[] {
  const problems: string[] = []
  const byId = new Map(plan.nodes.map((node) => [node.id, node]))
  const parameters = new Set(plan.params.map(({ name }) => name))
  if (plan.nodes.length === 0) problems.push('it has no nodes')
  if (byId.size !== plan.nodes.length) problems.push('two nodes have the same id')
  const look = (place: string, expression: Expression): void => {
    visitExpression(expression, (leaf) => {
      if ('parameter' in leaf) {
        if (!parameters.has(leaf.parameter)) problems.push(`${place} uses the unknown parameter "${leaf.parameter}"`)
      } else if (!hasOutput(byId.get(leaf.step), leaf.output))
        problems.push(`${place} uses the unknown output "${leaf.step}.${leaf.output}"`)
    })
  }
  for (const node of plan.nodes) {
    for (const expression of nodeExpressions(node)) look(`step "${node.id}"`, expression)
    for (const id of node.after)
      if (!byId.has(id)) problems.push(`step "${node.id}" comes after the unknown step "${id}"`)
  }
  look('the result', plan.result)
  return problems.length > 0 ? problems : cycleProblems(plan)
}

function hasOutput(node: PlanNode | undefined, output: string): boolean {
  if (node === undefined) return false
  if (node.kind === 'command' && Object.keys(node.outputs).length > 0) return Object.hasOwn(node.outputs, output)
  return output === RESULT
}

/** Kahn's algorithm: what is left when no node without needs remains lies on or behind a cycle. */
function cycleProblems(plan: Plan): readonly string[] {
  const waiting = new Map(plan.nodes.map((node) => [node.id, new Set(nodeNeeds(node))]))
  const followers = new Map<string, string[]>()
  for (const [id, needs] of waiting) for (const need of needs) followers.set(need, [...(followers.get(need) ?? []), id])
  const free = [...waiting].filter(([, needs]) => needs.size === 0).map(([id]) => id)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waiting.delete(id)
    for (const follower of followers.get(id) ?? []) {
      const needs = waiting.get(follower)
      needs?.delete(id)
      if (needs?.size === 0) free.push(follower)
    }
  }
  return waiting.size === 0 ? [] : [`steps wait for each other: ${[...waiting.keys()].slice(0, 5).join(', ')}`]
}
