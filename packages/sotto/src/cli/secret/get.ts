/** `sotto secret get NAME [KEY]`: one key's value, or all keys, masked unless `--reveal`. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { ResolvedSecret, SecretKey, SecretSelector } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from './scope.ts'
import { writeValue } from './shown-value.ts'

export type RevealedSecret = Extract<ResolvedSecret, { unchanged: false }>

export async function getSecret(call: Call): Promise<undefined> {
  const { input, print } = call
  const key = input.optionalArgument('KEY')
  const selector = { secret: input.argument('NAME'), scope: scopeOf(input) }
  if (key === undefined && !input.flag('reveal')) return showMasked(call, selector)
  const secret = await revealSecret(call, selector, key)
  if (print.format === 'env') return (await import('./export-text.ts')).writeEnv(call, secret)
  if (key !== undefined && (print.format === 'value' || print.format === 'table')) {
    const value = secret.values[key]
    if (value === undefined)
      throw new SottoError('key_not_found', `secret ${shown(secret.name)} has no key ${shown(key)}`)
    return writeValue(call, value)
  }
  if (print.format === 'value') throw needsKey(secret.name)
  const { unchanged: _unchanged, ...data } = secret
  await print.result({ ...data, masked: false }, () => ({
    facts: factsOf(secret),
    table: {
      columns: ['KEY', 'VALUE'],
      rows: Object.entries(secret.values).map(([name, { data: text }]) => [name, text]),
    },
  }))
}

/** Reveals all keys, or one: the request is in the audit log before the value is here. */
export async function revealSecret(
  { api, input }: Call,
  selector: SecretSelector,
  key?: string,
): Promise<RevealedSecret> {
  const keys = key === undefined ? undefined : [key]
  const { secrets } = await (
    await api()
  ).resolveSecrets({ items: [{ ...selector, keys, version: input.integer('version') }] })
  const [secret] = secrets
  // Only an item that says `unlessVersion` is answered with `unchanged`.
  if (secret === undefined || secret.unchanged)
    throw new SottoError('internal', 'the store answered nothing for the secret')
  return secret
}

/** Describes instead of revealing, so that nothing has to be audited as read. */
async function showMasked({ api, input, print }: Call, selector: SecretSelector): Promise<undefined> {
  if (print.format === 'value') throw needsKey(selector.secret)
  if (print.format === 'env')
    throw new SottoError('usage', '-o env writes values', { hint: `sotto secret export ${selector.secret}` })
  const secret = await (await api()).describeSecret(selector)
  const version = input.integer('version') ?? secret.version
  const keys = version === secret.version ? secret.keys : await keysOfVersion(await api(), selector, version)
  const data = {
    id: secret.id,
    name: secret.name,
    scope: secret.scope,
    version,
    values: Object.fromEntries(keys.map(({ name, encoding }) => [name, { encoding, data: '***' }])),
    plain: keys.filter(({ plain }) => plain).map(({ name }) => name),
    masked: true,
  }
  await print.result(data, () => ({
    facts: factsOf(data),
    table: { columns: ['KEY', 'VALUE'], rows: keys.map(({ name }) => [name, '***']) },
  }))
  if (print.format === 'table')
    print.say(`show one: sotto secret get ${secret.name} ${keys[0]?.name ?? 'KEY'}   all: add --reveal`)
}

async function keysOfVersion(
  api: Awaited<ReturnType<Call['api']>>,
  selector: SecretSelector,
  version: number,
): Promise<readonly SecretKey[]> {
  const { everyItem } = await import('@sotto/sdk/model')
  for await (const found of everyItem((query) => api.listSecretVersions({ ...selector, ...query }), {})) {
    if (found.version === version) return found.keys
  }
  throw new SottoError('version_not_found', `secret ${shown(selector.secret)} has no version ${String(version)}`, {
    hint: `sotto secret history ${selector.secret}`,
  })
}

function factsOf(secret: {
  readonly name: string
  readonly scope: string
  readonly version: number
}): readonly (readonly [string, string])[] {
  return [
    ['name', secret.name],
    ['scope', secret.scope],
    ['version', String(secret.version)],
  ]
}

function needsKey(name: string): SottoError {
  return new SottoError('usage', '-o value needs a KEY', { hint: `sotto secret get ${name} KEY` })
}
