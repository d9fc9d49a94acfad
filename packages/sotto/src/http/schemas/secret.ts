/** Shapes of the inputs about secrets. */
import { scopes, secretSorts } from '@sotto/sdk/model'
import type {
  ResolveItem,
  Scope,
  SecretInput,
  SecretSelector,
  SecretSet,
  SecretValue,
  TimeRange,
  VersionSelector,
} from '@sotto/sdk/model'
import { flag, listOf, number, object, oneOf, optional, orNull, recordOf, text, texts } from './shape.ts'
import type { Members, Shape, Shapes } from './shape.ts'

const scope: Shape<Scope> = oneOf(scopes)
const value: Shape<SecretValue> = object<SecretValue>({ encoding: oneOf(['utf8', 'base64']), data: text })
export const timeRange: Shape<TimeRange> = object<TimeRange>({ from: optional(text), until: optional(text) })

const selector: Members<SecretSelector> = { secret: text, scope: optional(scope) }
const paged = { cursor: optional(text), limit: optional(number) } as const

const secretInput: Members<SecretInput> = {
  name: text,
  scope: optional(scope),
  values: recordOf(value),
  plain: optional(listOf(text)),
  description: optional(text),
  labels: optional(texts),
  expiresAt: optional(orNull(text)),
}
const version: Shape<VersionSelector> = object<VersionSelector>({ ...selector, version: optional(number) })
const item: Shape<ResolveItem> = object<ResolveItem>({
  ...selector,
  keys: optional(listOf(text)),
  version: optional(number),
  unlessVersion: optional(number),
})

export const secretShapes: Pick<
  Shapes,
  | 'createSecret'
  | 'setSecrets'
  | 'previewSecrets'
  | 'updateSecret'
  | 'renameSecret'
  | 'shareSecret'
  | 'unshareSecret'
  | 'rollbackSecret'
  | 'deleteSecret'
  | 'undeleteSecret'
  | 'purgeSecret'
  | 'describeSecret'
  | 'listSecrets'
  | 'listSecretVersions'
  | 'listSecretUses'
  | 'diffSecrets'
  | 'resolveSecrets'
> = {
  createSecret: object(secretInput),
  setSecrets: object({ secrets: listOf(object<SecretSet>({ ...secretInput, expectVersion: optional(number) })) }),
  previewSecrets: object({ secrets: listOf(object(secretInput)) }),
  updateSecret: object({
    ...selector,
    values: optional(recordOf(value)),
    remove: optional(listOf(text)),
    replace: optional(flag),
    plain: optional(listOf(text)),
    description: optional(text),
    labels: optional(texts),
    expiresAt: optional(orNull(text)),
    expectVersion: optional(number),
  }),
  renameSecret: object({ ...selector, newName: text }),
  shareSecret: object({ secret: text }),
  unshareSecret: object({ secret: text }),
  rollbackSecret: object({ ...selector, version: number, expectVersion: optional(number) }),
  deleteSecret: object(selector),
  undeleteSecret: object({ ...selector, newName: optional(text) }),
  purgeSecret: object(selector),
  describeSecret: object(selector),
  listSecrets: object({
    ...paged,
    name: optional(text),
    namePrefix: optional(text),
    nameContains: optional(text),
    scope: optional(scope),
    deleted: optional(flag),
    key: optional(text),
    labels: optional(texts),
    created: optional(timeRange),
    updated: optional(timeRange),
    sort: optional(oneOf(secretSorts)),
  }),
  listSecretVersions: object({ ...selector, ...paged }),
  listSecretUses: object({ ...selector, ...paged }),
  diffSecrets: object({ left: version, right: version }),
  resolveSecrets: object({ items: listOf(item), attempt: optional(text) }),
}
