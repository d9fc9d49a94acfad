/** `sotto keys change-root`: another root key, or with `--compromised` another one of every key. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { Api, ChangedRootKey, RootKeyChange } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { askPassphrase, readGiven } from './given-text.ts'
import { valueCount } from './key-words.ts'
import { showCode } from './recovery.ts'
import { rewrapAll } from './rewrap-values.ts'

/** Providers of which there is one; others are named with the key in them. */
const plainProviders = ['file', 'env', 'passphrase'] as const

export async function changeRootKey(call: Call): Promise<number | undefined> {
  const { input } = call
  const to = input.text('to')
  const service = to !== undefined && !plainProviders.some((each) => each === to) ? serviceName(to) : undefined
  const recovers = input.flag('recovery') || input.text('recovery-code') !== undefined
  if (!recovers && service === undefined) return change(call, await call.api(), service)
  // A lost key that is still named there would stand in the way.
  const { SOTTO_ROOT_KEY: key, ...env } = call.context.env
  const connection = await call.context.connect({
    env: {
      ...env,
      ...(recovers ? { SOTTO_RECOVERY_CODE: await recoveryCode(call) } : { SOTTO_ROOT_KEY: key }),
      // Whoever has the store open decides whom its credentials are sent to: here that is us.
      ...(service === undefined ? {} : { SOTTO_NEW_ROOT_KEY_SERVICE: service }),
    },
  })
  try {
    return await change(call, connection.api, service)
  } finally {
    await connection.close()
  }
}

function serviceName(to: string): string {
  if (/^[a-z][a-z-]*:./.test(to)) return to
  throw new SottoError('usage', `--to takes no ${shown(to)}`, {
    hint: `one of ${plainProviders.join(', ')}, aws-kms:ARN, transit:URL/KEY`,
  })
}

async function change(call: Call, api: Api, service: string | undefined): Promise<number | undefined> {
  const { ask, input, print } = call
  const { generation, slots } = await api.describeKeys({})
  const compromised = input.flag('compromised')
  const wanted: RootKeyChange = {
    ...(service === undefined ? await newKey(call) : await newServiceKey(call, service)),
    compromised,
    // A file that a variable names may be the key of another store, too.
    keepOldKey: input.flag('keep-old-key') || isSet(call, 'SOTTO_ROOT_KEY_FILE'),
    expectGeneration: generation,
  }
  if (!(await ask.confirm(question(compromised, slots.length > 1))))
    throw new SottoError('interrupted', 'nothing was changed')
  ask.done()
  const changed = await api.changeRoot(wanted)
  if (changed.recoveryCode !== undefined) showCode(call, changed.recoveryCode, changed)
  else await print.changed(changed, [])
  for (const line of changeLines(call, changed)) print.say(line)
  return compromised ? await sealAnew(call, api, changed) : undefined
}

/** Where the new key comes from, and what has to be given for it. */
async function newKey(call: Call): Promise<Pick<RootKeyChange, 'to' | 'rootKey' | 'passphrase'>> {
  const to = plainProviders.find((each) => each === call.input.text('to'))
  const [rootKey, passphrase] = [await readGiven(call, 'root-key'), await readGiven(call, 'passphrase')]
  if (rootKey !== undefined && to !== 'env')
    throw new SottoError('usage', '--root-key goes with --to env', { hint: 'a key in a file is made by Sotto' })
  if (passphrase !== undefined && to !== 'passphrase')
    throw new SottoError('usage', '--passphrase goes with --to passphrase')
  if (to === 'env' && rootKey === undefined) {
    throw new SottoError('usage', 'the new key for SOTTO_ROOT_KEY is missing', {
      hint: 'make it where it is to be kept, and give it: --root-key=@FILE (openssl rand -hex 32)',
    })
  }
  if (to === 'passphrase') return { to, passphrase: passphrase ?? (await askPassphrase(call)) }
  return { to, ...(rootKey === undefined ? {} : { rootKey }) }
}

async function newServiceKey(call: Call, service: string): Promise<Pick<RootKeyChange, 'to' | 'service'>> {
  const given = ['root-key', 'passphrase'].find((option) => call.input.text(option) !== undefined)
  if (given !== undefined) throw new SottoError('usage', `--${given} does not go with --to ${service}`)
  return { to: 'service', service }
}

async function recoveryCode(call: Call): Promise<string> {
  const given = (await readGiven(call, 'recovery-code')) ?? call.context.env['SOTTO_RECOVERY_CODE']
  if (given !== undefined && given !== '') return given
  if (!call.ask.canAsk) throw new SottoError('usage', 'the recovery code is missing', { hint: '--recovery-code=@FILE' })
  return call.ask.hidden('Recovery code: ')
}

function question(compromised: boolean, hasRecovery: boolean): string {
  const effects = [
    'backups made until now keep opening with the old root key, and with nothing else',
    ...(hasRecovery ? ['the recovery code is replaced by a new one'] : []),
    ...(compromised ? ['every key is made anew, and the audit log begins another epoch'] : []),
  ]
  return `A new root key: ${effects.join('; ')}. Go on?`
}

function changeLines({ context }: Call, { slots, rootKeyFile, formerKeyFile }: ChangedRootKey): readonly string[] {
  const [primary] = slots
  const lines = [`the store opens with ${primary?.kind ?? ''} root key ${primary?.rootKeyId ?? ''}`]
  if (rootKeyFile !== undefined) lines.push(`it lies in ${rootKeyFile}: keep a copy where you keep such things`)
  if (formerKeyFile !== undefined)
    lines.push(`the old key is in ${formerKeyFile}: remove it when no backup needs it any more`)
  const service = primary?.service
  if (service !== undefined && context.env['SOTTO_ROOT_KEY_SERVICE'] !== service)
    lines.push(`next, wherever the store is opened: SOTTO_ROOT_KEY_SERVICE=${service}`)
  const stale = ['SOTTO_ROOT_KEY', 'SOTTO_PASSPHRASE', 'SOTTO_PASSPHRASE_FILE', 'SOTTO_RECOVERY_CODE']
  if (service === undefined) stale.push('SOTTO_ROOT_KEY_SERVICE')
  for (const name of stale.filter((one) => (context.env[one] ?? '') !== ''))
    lines.push(`${name} is set, and what it holds may open nothing any more: set or unset it`)
  return lines
}

async function sealAnew(call: Call, api: Api, { exposed = [], auditFingerprint }: ChangedRootKey): Promise<number> {
  const { print } = call
  print.say(`events are signed by another key, whose fingerprint is ${auditFingerprint}`)
  const { rewrapped, unreadable } = await rewrapAll(call, api)
  print.say(`${valueCount(rewrapped)} sealed anew`)
  for (const place of unreadable) print.warn(`a value does not open and stays as it is: ${place}`)
  for (const { id, state, values } of (await api.describeKeys({})).dataKeys) {
    if (state !== 'previous' || values > 0) continue
    await api.retireKey({ dataKey: id })
    print.say(`retired data key ${id}; next, a day from now: sotto keys destroy ${id}`)
  }
  if (print.format === 'table' && exposed.length > 0) {
    print.say('whoever saw the keys may have seen these values: change them where they come from')
    print.table({
      columns: ['SECRET', 'SCOPE', 'KEYS', 'REFERENCES'],
      rows: exposed.map(({ name, scope, keys, references }) => [name, scope, keys.join(', '), String(references)]),
    })
  }
  return unreadable.length === 0 ? 0 : 1
}

function isSet({ context }: Call, name: string): boolean {
  return (context.env[name] ?? '') !== ''
}
