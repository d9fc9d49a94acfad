import type { AccessAnswer } from '@sotto/sdk/model'
import { grantWords } from '../grant/granted.ts'

/** Why somebody may, in words. */
export function reasonWords({ because, grants }: AccessAnswer): string {
  return because
    .map((reason) => {
      if (reason === 'grant') return `was granted ${grants.map(grantWords).join('; ')}`
      if (reason === 'owner') return 'owns the scope'
      return reason === 'self' ? 'it is about itself' : 'has every right in this store'
    })
    .join('; ')
}
