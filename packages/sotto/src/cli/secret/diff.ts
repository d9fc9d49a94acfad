/** `sotto secret diff A[@N] [B[@N]]`: what differs, by names of keys. */
import { isId, shown, SottoError } from '@sotto/sdk/model'
import type { Api, SecretDiff, VersionSelector } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf, scopeOption } from './scope.ts'

export async function diffSecrets(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const diff = await api.diffSecrets(await sidesOf(call, api))
  const { added, changed, removed, unchanged } = diff
  await print.result(diff, () => ({
    facts: [
      ['from', sideText(diff.left)],
      ['to', sideText(diff.right)],
      ['same', unchanged.length === 0 ? 'nothing' : unchanged.join(', ')],
    ],
    table: { columns: ['KEY', 'CHANGE'], rows: changesOf({ added, changed, removed }) },
  }))
  if (print.format === 'table' && added.length + changed.length + removed.length === 0)
    print.say(`nothing differs${input.optionalArgument('B') === undefined ? ' between these versions' : ''}`)
}

/** With one side only, the other is the newest version, or the one before it where the newest was named. */
async function sidesOf(call: Call, api: Api): Promise<{ left: VersionSelector; right: VersionSelector }> {
  const { input } = call
  const scope = scopeOf(input)
  const left = { ...sideOf(input.argument('A')), scope }
  const other = input.optionalArgument('B')
  if (other !== undefined)
    return { left, right: { ...sideOf(other), scope: scopeOption(input, 'with-scope') ?? scope } }
  const { id, name, version } = await api.describeSecret({ secret: left.secret, scope })
  const before = left.version ?? version - 1
  if (before < 1)
    throw new SottoError('usage', `secret ${shown(name)} has one version, and nothing to compare it with`, {
      hint: `sotto secret diff ${name} OTHER`,
    })
  return { left: { secret: id, version: before }, right: { secret: id, version } }
}

/** `crm@3`: a name holds no `@`. */
function sideOf(text: string): VersionSelector {
  const at = text.indexOf('@')
  if (at === -1 || isId(text)) return { secret: text }
  const version = text.slice(at + 1)
  if (!/^[1-9]\d{0,14}$/.test(version))
    throw new SottoError('usage', `${shown(text)} names no version`, { hint: `write it as ${text.slice(0, at)}@3` })
  return { secret: text.slice(0, at), version: Number(version) }
}

function sideText({ name, version, scope }: SecretDiff['left']): string {
  return `${name}@${String(version)} (scope ${scope})`
}

function changesOf(
  changes: Readonly<Record<'added' | 'changed' | 'removed', readonly string[]>>,
): readonly (readonly [string, string])[] {
  return Object.entries(changes)
    .flatMap(([change, keys]) => keys.map((key) => [key, change] as const))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}
