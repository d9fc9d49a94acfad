/** What commands of components tell. */
import { shown } from '@sotto/sdk/model'
import type { Component, ComponentWrite } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/** `experiment-tracker "mlflow" (flavor mlflow)` */
export function componentName({ type, name, flavor }: Component): string {
  return `${type} ${shown(name)} (flavor ${flavor})`
}

/** Tells a write: the names of its attributes, never what they hold. */
export async function tellWrite({ print }: Call, verb: string, write: ComponentWrite): Promise<undefined> {
  const names = Object.keys(write.component.attributes)
  await print.changed(write, [
    `${verb} ${componentName(write.component)}${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
  ])
  // For a program they are in the result.
  if (print.format === 'table') for (const warning of write.warnings) print.warn(warning)
}
