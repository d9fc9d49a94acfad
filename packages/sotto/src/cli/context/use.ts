/** `sotto context use NAME`: which server is asked from now on. */
import { getContext, localContext, readContexts, writeContexts } from '../../connect/contexts.ts'
import type { Call } from '../command.ts'

export async function useContext({ input, print, context }: Call): Promise<undefined> {
  const name = input.argument('NAME')
  const { contexts } = readContexts(context.env)
  const place = name === localContext ? 'the store of this machine' : getContext(contexts, name).url
  writeContexts(context.env, { active: name, contexts })
  await print.changed({ context: name }, [`from now on: ${place}`])
  if ((context.env['SOTTO_URL'] ?? '') !== '') print.warn('SOTTO_URL is set, and goes before the context')
}
