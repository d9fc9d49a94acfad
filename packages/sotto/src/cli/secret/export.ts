/** `sotto secret export [NAME]... [--all] [--file FILE]`: all values, for another program. */
import { everyItem, limits, SottoError } from '@sotto/sdk/model'
import type { Api, SecretDescription } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { exportAllText, exportText } from './export-text.ts'
import { revealSecret } from './get.ts'
import type { RevealedSecret } from './get.ts'
import { scopeOf } from './scope.ts'

/** As many as one answer may hold, were each as large as can be. */
const secretsAtOnce = limits.answerBytes / limits.versionBytes

export async function exportSecrets(call: Call): Promise<undefined> {
  const { input, print } = call
  const names = input.manyArguments('NAME')
  const all = input.flag('all')
  if (all === names.length > 0)
    throw new SottoError('usage', all ? '--all and names are given together' : 'no secret is named', {
      hint: all ? 'give one of them' : 'sotto secret export NAME, or --all',
    })
  const [only] = names.length === 1 ? names : []
  refuseUnfit(call, only !== undefined)
  const path = input.text('file')
  const place = path === undefined ? undefined : await (await import('./private-file.ts')).claimFile(call, path)
  const { text, said, notes } = only === undefined ? await exportMany(call, names) : await exportOne(call, only)
  if (place === undefined) print.write(text)
  else {
    await place.write(text)
    print.say(`wrote ${said} to ${place.path}, readable by you alone`)
  }
  for (const note of notes) print.warn(note)
}

interface Exported {
  readonly text: string
  readonly said: string
  readonly notes: readonly string[]
}

async function exportOne(call: Call, name: string): Promise<Exported> {
  const secret = await revealSecret(call, { secret: name, scope: scopeOf(call.input) })
  const keys = Object.keys(secret.values).join(', ')
  const said = `${keys} of secret "${secret.name}" (version ${String(secret.version)})`
  return { ...(await exportText(secret, call.print.format)), said }
}

async function exportMany(call: Call, names: readonly string[]): Promise<Exported> {
  const { input, print } = call
  const api = await call.api()
  const notes: string[] = []
  const wanted = names.length > 0 ? names : await everyId(call, api, notes)
  const secrets: RevealedSecret[] = []
  for (let at = 0; at < wanted.length; at += secretsAtOnce) {
    const items = wanted.slice(at, at + secretsAtOnce).map((secret) => ({ secret, scope: scopeOf(input) }))
    for (const secret of (await api.resolveSecrets({ items })).secrets) if (!secret.unchanged) secrets.push(secret)
  }
  const text = await exportAllText(secrets, print.format)
  return { text, said: `${String(secrets.length)} secrets: ${secrets.map(({ name }) => name).join(', ')}`, notes }
}

/** A file has one place for a name: the inner one, which the name stands for, as everywhere. Expired ones are left out. */
async function everyId(call: Call, api: Api, notes: string[]): Promise<readonly string[]> {
  const scope = scopeOf(call.input)
  const byName = new Map<string, SecretDescription>()
  const now = call.context.now().getTime()
  for await (const secret of everyItem((page) => api.listSecrets({ ...page, scope }), {})) {
    const { name, expiresAt } = secret
    if (byName.has(name))
      notes.push(`${name} of scope workspace is left out: yours has its name; --scope workspace exports it`)
    if (expiresAt !== undefined && Date.parse(expiresAt) <= now) notes.push(`${name} has expired and is left out`)
    else if (!byName.has(name) || secret.scope === 'user') byName.set(name, secret)
  }
  return Array.from(byName.values(), ({ id }) => id)
}

function refuseUnfit({ input, print }: Call, single: boolean): void {
  if (single) return
  if (print.format === 'env' || print.format === 'dotenv')
    throw new SottoError('usage', `several secrets do not fit into -o ${print.format}`, {
      hint: 'add -o json or -o yaml',
    })
  if (input.integer('version') !== undefined)
    throw new SottoError('usage', '--version needs one secret', { hint: 'sotto secret export NAME --version N' })
}
