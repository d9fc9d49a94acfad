/** `sotto secret import FILE [NAME]`: shows what changes, then writes it in one transaction. */
import { emptyRecord, SottoError } from '@sotto/sdk/model'
import type { Scope, SecretPreview, SecretSet, SecretValue, SecretWrite } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { importFormats } from '../import/format-names.ts'
import type { ImportedKey, ImportedSecret } from '../import/imported.ts'
import { readImport } from '../import/read-import.ts'
import { oddities } from '../values/oddities.ts'
import { scopeOf } from './scope.ts'
import { writeWords } from './write-words.ts'

interface NamedSecret {
  readonly name: string
  readonly keys: readonly ImportedKey[]
}

interface Change {
  readonly secret: string
  readonly scope: Scope
  readonly key: string
  readonly change: 'new' | 'changed' | 'unchanged'
  readonly line: number
}

export async function importSecrets(call: Call): Promise<undefined> {
  const { input, print, context, ask } = call
  const name = input.optionalArgument('NAME')
  const from = importFormats.find((format) => format === input.text('from'))
  const imported = await readImport(context, { file: input.argument('FILE'), from, named: name !== undefined })
  const secrets = named(imported.secrets, name)
  refuseDuplicates(secrets)
  for (const note of imported.notes) print.warn(note)
  tellOddities(call, secrets)

  const api = await call.api()
  const scope = scopeOf(input)
  const inputs = secrets.map(({ name: secret, keys }) => ({ name: secret, scope, values: valuesOf(keys) }))
  const { secrets: previews } = await api.previewSecrets({ secrets: inputs })
  const changes = secrets.flatMap((secret, index) => changesOf(secret, previews[index]))
  const dryRun = input.flag('dry-run')
  if (print.format === 'table') print.preview(tableOf(changes))
  const conflicts = changes.filter(({ change }) => change === 'changed')
  const skip = dryRun || conflicts.length === 0 ? false : (await howToGoOn(call, conflicts)) === 'skip'
  ask.done()
  const wanted = secrets.flatMap((secret, index) => inputOf(secret, previews[index], { scope, skip }))
  const writes: readonly SecretWrite[] =
    dryRun || wanted.length === 0 ? [] : (await api.setSecrets({ secrets: wanted })).secrets
  if (print.format !== 'table') {
    await print.result({ dryRun, changes, secrets: writes }, () => tableOf(changes))
    return
  }
  const words = writes.flatMap((write) => writeWords(write, context.now()))
  for (const line of words.filter((text) => !text.startsWith('fetch: ') || writes.length === 1)) print.say(line)
  if (dryRun) print.say('nothing was written: --dry-run')
  else if (writes.length === 0) print.say('nothing to write')
}

function named(secrets: readonly ImportedSecret[], name: string | undefined): readonly NamedSecret[] {
  if (name !== undefined && secrets.length > 1)
    throw new SottoError('usage', `the file holds ${String(secrets.length)} secrets, and one name is given`, {
      hint: 'leave NAME out',
    })
  return secrets.map((secret) => {
    const found = name ?? secret.name
    if (found === undefined)
      throw new SottoError('usage', 'the file holds one secret and does not say its name', {
        hint: 'sotto secret import FILE NAME',
      })
    return { name: found, keys: secret.keys }
  })
}

function refuseDuplicates(secrets: readonly NamedSecret[]): void {
  const problems: string[] = []
  for (const { name, keys } of secrets)
    for (const [key, twice] of Map.groupBy(keys, (each) => each.key))
      if (twice.length > 1) problems.push(`${name}.${key} in lines ${twice.map(({ line }) => String(line)).join(', ')}`)
  const counts = Map.groupBy(secrets, ({ name }) => name)
  for (const [name, twice] of counts) if (twice.length > 1) problems.push(`secret ${name}`)
  if (problems.length === 0) return
  throw new SottoError('input_invalid', `given twice: ${problems.slice(0, 5).join('; ')}`, {
    hint: 'give each key once',
    details: { problems },
  })
}

/** What is often an accident is kept and told. */
function tellOddities({ print }: Call, secrets: readonly NamedSecret[]): void {
  const odd = secrets.flatMap(({ name, keys }) =>
    keys.flatMap(({ key, value, line }) => {
      const found = value.encoding === 'utf8' ? oddities(value.data) : []
      return found.length === 0 ? [] : [`${name}.${key} in line ${String(line)} (${found.join(', ')})`]
    }),
  )
  const more = odd.length > 5 ? `; and ${String(odd.length - 5)} more` : ''
  if (odd.length > 0) print.warn(`kept as it is in the file: ${odd.slice(0, 5).join('; ')}${more}`)
}

function valuesOf(keys: readonly ImportedKey[]): Record<string, SecretValue> {
  const values = emptyRecord<SecretValue>()
  for (const { key, value } of keys) values[key] = value
  return values
}

function changesOf({ name, keys }: NamedSecret, preview: SecretPreview | undefined): readonly Change[] {
  if (preview === undefined) throw new SottoError('internal', 'the store answered nothing for a secret')
  return keys.map(({ key, line }) => ({
    secret: name,
    scope: preview.scope,
    key,
    change: preview.added.includes(key) ? 'new' : preview.changed.includes(key) ? 'changed' : 'unchanged',
    line,
  }))
}

function tableOf(changes: readonly Change[]): { columns: string[]; rows: string[][] } {
  return {
    columns: ['SECRET', 'SCOPE', 'KEY', 'CHANGE', 'LINE'],
    rows: changes.map(({ secret, scope, key, change, line }) => [secret, scope, key, change, String(line)]),
  }
}

/** By option; without one a person is asked, and a program refused. Codes: `secret_exists`, `interrupted`. */
async function howToGoOn({ input, ask }: Call, conflicts: readonly Change[]): Promise<'skip' | 'update'> {
  const how = input.text('on-conflict')
  if (how === 'skip' || how === 'update') return how
  const names = conflicts.map(({ secret, key }) => `${secret}.${key}`)
  const what = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${String(names.length - 5)} more` : ''}`
  if (how === undefined && (ask.saidYes || ask.canAsk)) {
    if (await ask.confirm(`Overwrite ${what}?`)) return 'update'
    throw new SottoError('interrupted', 'nothing was written')
  }
  throw new SottoError('secret_exists', `there with another value: ${what}`, {
    hint: 'add --on-conflict update to overwrite them, or --on-conflict skip to leave them',
    details: { keys: names },
  })
}

/** Held to what was shown: whoever changes the secret in between makes the write fail. */
function inputOf(
  { name, keys }: NamedSecret,
  preview: SecretPreview | undefined,
  { scope, skip }: { scope: Scope | undefined; skip: boolean },
): readonly SecretSet[] {
  if (preview === undefined) return []
  const left = [...preview.unchanged, ...(skip ? preview.changed : [])]
  const written = keys.filter(({ key }) => !left.includes(key))
  if (written.length === 0 && preview.version > 0) return []
  return [{ name, scope, values: valuesOf(written), expectVersion: preview.version }]
}
