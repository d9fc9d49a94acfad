/** What a plan asks of the store, for the check before the run and for each attempt. */
import type { DeclaredSecret, PlacedSettings } from '@sotto/sdk/model'
import type { Plan, PlanNode } from './plan.ts'

export interface Requirements {
  /** Outermost first. */
  readonly settings: readonly PlacedSettings[]
  readonly secrets: readonly DeclaredSecret[]
}

/** All settings and declared secrets of a plan, with their places: `pipeline churn`, `step train`. */
export function planRequirements(plan: Plan): Requirements {
  return {
    settings: [...pipelineSettings(plan), ...plan.nodes.flatMap(stepSettings)],
    secrets: plan.nodes.flatMap(stepSecrets),
  }
}

/** Those of one attempt: the settings that hold for it and the secrets it declares. */
export function nodeRequirements(plan: Plan, node: PlanNode): Requirements {
  return { settings: [...pipelineSettings(plan), ...stepSettings(node)], secrets: stepSecrets(node) }
}

function pipelineSettings(plan: Plan): readonly PlacedSettings[] {
  return placed(`pipeline ${plan.pipeline}`, plan.settings)
}

function stepSettings(node: PlanNode): readonly PlacedSettings[] {
  return placed(`step ${node.id}`, node.settings)
}

function placed(place: string, settings: PlacedSettings['settings']): readonly PlacedSettings[] {
  return Object.keys(settings).length === 0 ? [] : [{ place, settings }]
}

/** One for each member of the node's `secrets`, in their order: resolved values come back in it. */
function stepSecrets(node: PlanNode): readonly DeclaredSecret[] {
  const place = `step ${node.id}`
  if (node.kind === 'function') {
    return Object.values(node.secrets).map(({ name, keys, version }) => ({
      place,
      name,
      ...(keys === undefined ? {} : { keys }),
      ...(version === undefined ? {} : { version }),
    }))
  }
  return Object.values(node.secrets).map(({ name, key, version }) => ({
    place,
    name,
    keys: [key],
    ...(version === undefined ? {} : { version }),
  }))
}
