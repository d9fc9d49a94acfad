/** `sotto logout`: forgets the token of the active context. */
import { SottoError } from '@sotto/sdk/model'
import { localContext, readContexts, writeContexts } from '../../connect/contexts.ts'
import type { Call } from '../command.ts'

export async function logout({ print, context }: Call): Promise<undefined> {
  const { active, contexts } = readContexts(context.env)
  const current = active === localContext ? undefined : contexts[active]
  if (current?.token === undefined)
    throw new SottoError('not_signed_in', 'you are not signed in to a server', { hint: 'sotto context list' })
  const { token: _token, ...rest } = current
  writeContexts(context.env, { active, contexts: { ...contexts, [active]: rest } })
  await print.changed({ context: active }, [
    `the token for ${current.url} is forgotten here; it stays good until it expires, or: sotto token revoke`,
  ])
}
