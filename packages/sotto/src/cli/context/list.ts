/** `sotto context list`: the servers that are known here; never their tokens. */
import { localContext, readContexts } from '../../connect/contexts.ts'
import type { Call } from '../command.ts'

export async function listContexts({ print, context }: Call): Promise<undefined> {
  const { active, contexts } = readContexts(context.env)
  const known = [
    { name: localContext, active: active === localContext, url: '', workspace: '', signedIn: true },
    ...Object.entries(contexts).map(([name, { url, workspace = 'default', token }]) => ({
      name,
      active: name === active,
      url,
      workspace,
      signedIn: token !== undefined,
    })),
  ]
  await print.result(known, () => ({
    columns: ['', 'NAME', 'SERVER', 'WORKSPACE', 'SIGNED IN'],
    rows: known.map((each) => [
      each.active ? '*' : '',
      each.name,
      each.url === '' ? 'the store of this machine' : each.url,
      each.workspace,
      each.url === '' ? '' : each.signedIn ? 'yes' : 'no',
    ]),
  }))
}
