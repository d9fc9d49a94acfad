/** Shapes of the inputs about principals and their tokens. */
import type { AccessQuestion, GrantInput } from '@sotto/sdk/model'
import { flag, number, object, oneOf, optional, text, texts, word } from './shape.ts'
import type { Members, Shapes } from './shape.ts'

const grant: Members<GrantInput> = {
  principal: text,
  grant: word(),
  kind: optional(word()),
  name: optional(text),
  everywhere: optional(flag),
}
const accessQuestion: Members<AccessQuestion> = { right: word(), kind: word(), name: text, scope: optional(word()) }

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
  | 'addGrant'
  | 'removeGrant'
  | 'listGrants'
  | 'explainAccess'
  | 'listAccess'
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
  addGrant: object(grant),
  removeGrant: object(grant),
  listGrants: object({ principal: optional(text), cursor: optional(text), limit: optional(number) }),
  explainAccess: object({ ...accessQuestion, principal: optional(text) }),
  listAccess: object(accessQuestion),
}
