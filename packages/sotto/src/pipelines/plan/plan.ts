/**
 * The plan: a pipeline as data. Engines schedule from it without the user's code, so it holds names, edges,
 * declarations and constants, the same for every value of the parameters. Files are written relative to the
 * folder of the pipeline's file, which makes a plan the same on every machine.
 *
 *     Plan ─ params            names, defaults
 *          ─ nodes ─ inputs    expressions: a constant, a parameter, the output of an earlier node
 *          ─ result            an expression
 */
import type { Json, JsonObject } from '@sotto/sdk/model'

/** Where data comes from. Exactly one member; a tree, so that a user's object never looks like an edge. */
export type Expression =
  | { readonly value: Json }
  | { readonly parameter: string }
  | { readonly step: string; readonly output: string }
  | { readonly list: readonly Expression[] }
  | { readonly object: { readonly [name: string]: Expression } }

/** Name of a function's only output. */
export const RESULT = 'result'

export interface PlanParameter {
  readonly name: string
  readonly default?: Json
}

interface NodeCommon {
  /** Unique in the plan: the step's name, with a number where it is used again. */
  readonly id: string
  readonly step: string
  /** The file that registers the step, relative to the folder of the pipeline's file. */
  readonly file: string
  /** Ids of nodes that must have ended first, beside those the data comes from. */
  readonly after: readonly string[]
  readonly inputs: { readonly [name: string]: Expression }
  readonly tracker: boolean
  readonly settings: JsonObject
}

export interface PlannedSecret {
  readonly name: string
  readonly keys?: readonly string[]
  readonly version?: number
  readonly form: 'text' | 'bytes'
}

/** A function in a file, by name. */
export interface FunctionNode extends NodeCommon {
  readonly kind: 'function'
  /** By alias. */
  readonly secrets: { readonly [alias: string]: PlannedSecret }
}

export interface PlannedVariable {
  readonly name: string
  readonly key: string
  readonly version?: number
  /** The value itself, or the path of a file that holds it. */
  readonly form: 'env' | 'file'
}

export interface PlannedOutput {
  readonly codec: 'json' | 'file'
  readonly fileName: string
}

/** A program with its arguments. */
export interface CommandNode extends NodeCommon {
  readonly kind: 'command'
  readonly run: readonly string[]
  readonly params: { readonly [name: string]: Expression }
  readonly outputs: { readonly [name: string]: PlannedOutput }
  /** By variable of the environment. */
  readonly secrets: { readonly [variable: string]: PlannedVariable }
}

export type PlanNode = FunctionNode | CommandNode

export interface Plan {
  readonly format: 1
  readonly pipeline: string
  /** Name of the pipeline's file in its folder. */
  readonly file: string
  readonly settings: JsonObject
  readonly params: readonly PlanParameter[]
  /** Each after all that it needs. */
  readonly nodes: readonly PlanNode[]
  readonly result: Expression
}

/** Visits the edges and parameters of an expression. */
export function visitExpression(
  expression: Expression,
  visit: (leaf: Exclude<Expression, { list: unknown } | { object: unknown } | { value: unknown }>) => void,
): void {
  if ('list' in expression) for (const item of expression.list) visitExpression(item, visit)
  else if ('object' in expression) for (const item of Object.values(expression.object)) visitExpression(item, visit)
  else if (!('value' in expression)) visit(expression)
}

/** Every expression of a node. */
export function nodeExpressions(node: PlanNode): readonly Expression[] {
  return [...Object.values(node.inputs), ...(node.kind === 'command' ? Object.values(node.params) : [])]
}

/** Ids of the nodes that must have ended before this one starts, each once. */
export function nodeNeeds(node: PlanNode): readonly string[] {
  const needs = new Set(node.after)
  for (const expression of nodeExpressions(node))
    visitExpression(expression, (leaf) => {
      if ('step' in leaf) needs.add(leaf.step)
    })
  return [...needs]
}

/** The plan as the JSON that is recorded and sent. */
export function planToJson(plan: Plan): JsonObject {
  return JSON.parse(JSON.stringify(plan)) as JsonObject // a plan is made of JSON only
}
