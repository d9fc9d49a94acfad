/** `sotto context add NAME URL`: a server to sign in to later, or with a token of the environment. */
import { shown, SottoError } from '@sotto/sdk/model'
import { readContexts, requireContextName, writeContexts } from '../../connect/contexts.ts'
import { requireServerUrl } from '../../connect/http.ts'
import type { Call } from '../command.ts'

export async function addContext({ input, print, context }: Call): Promise<undefined> {
  const name = requireContextName(input.argument('NAME'))
  const url = requireServerUrl(input.argument('URL'), context.env)
  const workspace = input.text('workspace')
  const { active, contexts } = readContexts(context.env)
  if (Object.hasOwn(contexts, name))
    throw new SottoError('file_exists', `there is a context ${shown(name)} already`, { hint: 'sotto context list' })
  const added = workspace === undefined ? { url } : { url, workspace }
  writeContexts(context.env, { active, contexts: { ...contexts, [name]: added } })
  await print.changed({ context: name, url }, [`context ${name} is ${url}; next: sotto context use ${name}`])
}
