/** `sotto login URL`: keeps a token for a server, and asks that server from now on. */
import { readFileSync } from 'node:fs'
import { SottoError, systemCode } from '@sotto/sdk/model'
import { contextsFile, readContexts, requireContextName, writeContexts } from '../../connect/contexts.ts'
import { signIn } from '../../connect/sign-in.ts'
import type { Call } from '../command.ts'
import { resolvePath } from '../values/read-file.ts'

export async function login(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const { env } = context
  const given = input.argument('URL')
  const name = requireContextName(input.text('name') ?? nameOf(given))
  const token = await readToken(call)
  const workspace = input.text('workspace')
  // What the environment says would be tried in place of what is to be kept.
  const plain = { ...env, SOTTO_TOKEN: undefined, SOTTO_TOKEN_FILE: undefined, SOTTO_WORKSPACE: undefined }
  const { context: kept, who } = await signIn(plain, {
    url: given,
    token,
    ...(workspace === undefined ? {} : { workspace }),
  })
  const { contexts } = readContexts(env)
  writeContexts(env, { active: name, contexts: { ...contexts, [name]: kept } })
  const { principal } = who
  await print.changed({ context: name, url: kept.url, workspace: who.workspace, principal: principal.name }, [
    `signed in to ${kept.url} as ${principal.name}, workspace ${who.workspace}; this is context ${name}`,
    `the token is kept in ${contextsFile(env)}, which only you can read`,
  ])
  if ((env['SOTTO_URL'] ?? '') !== '') print.warn('SOTTO_URL is set, and goes before the context')
}

/** The first word of the host: `sotto` for https://sotto.example. */
function nameOf(url: string): string {
  const host = URL.parse(url)?.hostname ?? ''
  const [first = ''] = /^[\d.]+$/.test(host) ? [] : host.split('.')
  return /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(first) ? first : 'server'
}

/** A file, a variable or a person. */
async function readToken({ input, ask, context }: Call): Promise<string> {
  const file = input.text('token-file')
  if (file !== undefined) return readFile(resolvePath(context, file))
  const variable = context.env['SOTTO_TOKEN'] ?? ''
  if (variable !== '') return variable.trim()
  if (!ask.canAsk)
    throw new SottoError('usage', 'there is no token to sign in with', { hint: 'name a file with --token-file' })
  const token = (await ask.hidden('Token: ')).trim()
  ask.done()
  return token
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new SottoError(
      'file_unreadable',
      `the file of the token cannot be read (${systemCode(error) ?? 'no reason given'})`,
    )
  }
}
