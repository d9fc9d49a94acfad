/**
 * A plan's graph as a tree for people. A step stands below the last of the steps it waits for; the others it waits for
 * are named beside it.
 *
 *     load
 *     ├─ clean
 *     └─ train        after: clean
 */
import type { JsonObject } from '@sotto/sdk/model'
import { planFromJson } from '../../pipelines/plan/validate.ts'
import { nodeNeeds } from '../../pipelines/plan/plan.ts'

export interface TreeRow {
  readonly id: string
  /** The id with its branches in front. */
  readonly label: string
  /** Steps it waits for besides the one it stands below. */
  readonly alsoAfter: readonly string[]
}

/** Every step of a recorded plan once. Code: `pipeline_invalid` for a plan that this release cannot read. */
export function stepTree(recorded: JsonObject): readonly TreeRow[] {
  const { nodes } = planFromJson(recorded)
  const below = new Map<string | undefined, { id: string; alsoAfter: readonly string[] }[]>()
  const order = new Map(nodes.map(({ id }, index) => [id, index]))
  for (const node of nodes) {
    const needs = nodeNeeds(node).toSorted((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0))
    const parent = needs.at(-1)
    below.set(parent, [...(below.get(parent) ?? []), { id: node.id, alsoAfter: needs.slice(0, -1) }])
  }
  const rows: TreeRow[] = []
  const add = (parent: string | undefined, indent: string): void => {
    const children = below.get(parent) ?? []
    for (const [index, { id, alsoAfter }] of children.entries()) {
      const isLast = index === children.length - 1
      const [branch, deeper] = parent === undefined ? ['', ''] : isLast ? ['└─ ', '   '] : ['├─ ', '│  ']
      rows.push({ id, label: `${indent}${branch}${id}`, alsoAfter })
      add(id, `${indent}${deeper}`)
    }
  }
  add(undefined, '')
  return rows
}
