import { SottoError, rights, shown } from '@sotto/sdk/model'
import type { Right } from '@sotto/sdk/model'

/** Code: `usage`. */
export function parseRight(text: string): Right {
  const right = rights.find((known) => known === text)
  if (right !== undefined) return right
  throw new SottoError('usage', `${shown(text)} is not a right`, { hint: `rights are ${rights.join(', ')}` })
}
