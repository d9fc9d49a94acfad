/** Shapes of the inputs about trusts. */
import { flag, number, object, optional, text, texts, word } from './shape.ts'
import type { Shapes } from './shape.ts'

export const trustShapes: Pick<Shapes, 'createTrust' | 'listTrusts' | 'deleteTrust'> = {
  createTrust: object({
    name: text,
    kind: word(),
    serviceAccount: text,
    issuer: optional(text),
    audience: text,
    claims: texts,
    keySet: optional(text),
    once: optional(flag),
    lifetimeSeconds: optional(number),
  }),
  listTrusts: object({ serviceAccount: optional(text) }),
  deleteTrust: object({ trust: text }),
}
