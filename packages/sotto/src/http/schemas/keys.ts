/** Shapes of the inputs about a store: its keys and backups. */
import { flag, number, object, oneOf, optional, text } from './shape.ts'
import type { Shapes } from './shape.ts'

export const keyShapes: Pick<
  Shapes,
  | 'describeStore'
  | 'describeKeys'
  | 'rotateKeys'
  | 'rewrapValues'
  | 'retireKey'
  | 'destroyKey'
  | 'createRecovery'
  | 'changeRoot'
  | 'createBackup'
> = {
  describeStore: object<Record<never, never>>({}),
  describeKeys: object<Record<never, never>>({}),
  rotateKeys: object({ expectGeneration: optional(number) }),
  rewrapValues: object({ after: optional(text), limit: optional(number) }),
  retireKey: object({ dataKey: text }),
  destroyKey: object({ dataKey: text }),
  createRecovery: object({ expectGeneration: optional(number) }),
  changeRoot: object({
    to: optional(oneOf(['file', 'env', 'passphrase', 'service'])),
    rootKey: optional(text),
    passphrase: optional(text),
    service: optional(text),
    compromised: optional(flag),
    keepOldKey: optional(flag),
    expectGeneration: optional(number),
  }),
  createBackup: object({ file: text, logs: optional(flag), replace: optional(flag) }),
}
