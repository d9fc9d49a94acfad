/** How stacks are shown. */
import { componentTypes, shown } from '@sotto/sdk/model'
import type { Stack } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/** `orchestrator default, experiment-tracker mlflow` */
export function componentsOf({ components }: Stack): string {
  return componentTypes
    .flatMap((type) => (components[type] === undefined ? [] : [`${type} ${components[type]}`]))
    .join(', ')
}

export async function tellStack({ print }: Call, verb: string, stack: Stack): Promise<undefined> {
  await print.changed(stack, [`${verb} stack ${shown(stack.name)}: ${componentsOf(stack)}`])
}
