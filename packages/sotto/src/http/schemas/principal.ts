/** Shapes of the inputs about principals and their tokens. */
import { flag, number, object, oneOf, optional, text, texts } from './shape.ts'
import type { Shapes } from './shape.ts'

export const principalShapes: Pick<
  Shapes,
  | 'whoAmI'
  | 'createServiceAccount'
  | 'updateServiceAccount'
  | 'deleteServiceAccount'
  | 'describePrincipal'
  | 'listPrincipals'
  | 'createToken'
  | 'listTokens'
  | 'revokeToken'
> = {
  whoAmI: object<Record<never, never>>({}),
  createServiceAccount: object({ name: text, description: optional(text), labels: optional(texts) }),
  updateServiceAccount: object({
    principal: text,
    description: optional(text),
    labels: optional(texts),
    disabled: optional(flag),
  }),
  deleteServiceAccount: object({ principal: text }),
  describePrincipal: object({ principal: optional(text) }),
  listPrincipals: object({
    kind: optional(oneOf(['user', 'service-account'])),
    cursor: optional(text),
    limit: optional(number),
  }),
  createToken: object({
    name: text,
    principal: optional(text),
    expiresAt: optional(text),
    thisWorkspace: optional(flag),
  }),
  listTokens: object({
    principal: optional(text),
    all: optional(flag),
    cursor: optional(text),
    limit: optional(number),
  }),
  revokeToken: object({ token: text }),
}
