/** Reads `KIND:NAME`, as in `secret:prod-*`. */
import { SottoError, objectKinds, shown } from '@sotto/sdk/model'
import type { ObjectKind } from '@sotto/sdk/model'

export interface NamedObject {
  readonly kind: ObjectKind
  readonly name: string
}

/** Without a name it is about all of the kind. Code: `usage`. */
export function parseObject(text: string): NamedObject {
  const at = text.indexOf(':')
  const word = at < 0 ? text : text.slice(0, at)
  const kind = objectKinds.find((known) => known === word)
  const name = at < 0 ? '*' : text.slice(at + 1)
  if (kind !== undefined && name !== '') return { kind, name }
  throw new SottoError('usage', `${shown(text)} is not written as KIND:NAME`, {
    hint: `as in secret:crm or secret:prod-*; kinds are ${objectKinds.join(', ')}`,
  })
}
