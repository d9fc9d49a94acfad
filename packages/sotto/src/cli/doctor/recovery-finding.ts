/** Would the store open without its root key? */
import type { Api } from '@sotto/sdk/model'
import { asSottoError } from '../print/error.ts'
import type { Finding } from './finding.ts'

const name = 'recovery code'

export async function recoveryFindings(api: Api): Promise<readonly Finding[]> {
  try {
    const { slots, formerKeyFiles } = await api.describeKeys({})
    const former: Finding[] = formerKeyFiles.map((path) => ({
      name: 'another root key',
      state: 'note',
      found: `${path} does not open this store: remove it when no backup needs it`,
    }))
    if (slots.some(({ role }) => role === 'recovery')) return [{ name, state: 'ok', found: 'there is one' }, ...former]
    const found = 'none: a store or backup without its root key cannot be opened by anyone'
    return [{ name, state: 'note', found, next: 'sotto keys recovery' }, ...former]
  } catch (error) {
    return [{ name, state: 'problem', found: asSottoError(error).message }]
  }
}
