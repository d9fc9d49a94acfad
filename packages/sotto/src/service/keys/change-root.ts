/**
 * A new root key: a new keyring key, sealed in new slots. In a file the new key is written beside the old one first, and
 * takes its place once the keyring was replaced; `keys/root-key-replacement.ts` draws the states. With `compromised` every
 * key is made anew, and with them the HMACs of all rows and an epoch of the audit chain; values are then sealed anew by
 * `rewrapValues`, since their old data keys stay to open them.
 */
import { shown, SottoError } from '@sotto/sdk/model'
import type { ChangedRootKey, KeySlot, RootKeyChange } from '@sotto/sdk/model'
import { changeRootKey } from '../../keys/keyring-edit.ts'
import { derivePassphraseKey, newPassphraseParameters, requirePassphrase } from '../../keys/passphrase.ts'
import { createRecoveryCode } from '../../keys/recovery-code.ts'
import { clearRootKey, findFormerRootKeys, settleRootKey, stageRootKey } from '../../keys/root-key-replacement.ts'
import type { RootKeyPlace } from '../../keys/root-key-replacement.ts'
import { createServiceKey, newServiceVariable, serviceVariable } from '../../keys/root-key-service.ts'
import { RootKeyVariable } from '../../keys/root-key-variable.ts'
import type { RootKey } from '../../keys/root-key.ts'
import type { Call } from '../call.ts'
import { AfterCommit, PreparedHandler } from '../door.ts'
import { revokeAllTokens } from '../principals/tokens.ts'
import { verifyChain } from '../audit/audit-verify.ts'
import { listExposedSecrets } from './exposed-secrets.ts'
import { describeSlots, requireGeneration, requireKeys } from './key-facts.ts'
import { beginRenewedEpoch, readChainEnd, renewRows } from './renew-rows.ts'
import { idText } from '../../store/id.ts'

export const changeRoot: PreparedHandler<'changeRoot'> = new PreparedHandler({
  require: requireKeys,
  prepare: async (parts, input) => {
    const given = await readGivenKey(parts, input)
    if (input.compromised === true) await requireSoundChain(parts)
    return (call) => change(call, input, given)
  },
})

async function change(
  call: Call,
  input: RootKeyChange,
  given: RootKey | undefined,
): Promise<AfterCommit<ChangedRootKey>> {
  requireKeys(call)
  requireGeneration(call, input)
  const before = await describeSlots(call.tx)
  const [former] = before
  if (former === undefined) throw new Error('a keyring has a primary slot')
  const newRootKey = given ?? stageInFile(call, input, before)
  const recovery = before.length > 1 ? createRecoveryCode(call.parts.random) : undefined
  const exposed = input.compromised === true ? await listExposedSecrets(call) : undefined
  await replaceKeys(call, { input, newRootKey, recoveryKey: recovery?.rootKey })
  const slots = await describeSlots(call.tx)
  call.event({
    object: 'keys',
    objectId: idText(call.parts.keyring.current.storeId),
    detail: {
      keyring: call.parts.keyring.current.generation,
      rootKey: newRootKey.id,
      kind: newRootKey.kind,
      ...(slots[0]?.service === undefined ? {} : { service: slots[0].service }),
      compromised: input.compromised === true,
    },
  })
  const { generation, auditFingerprint } = call.parts.keyring.current
  const answer = {
    generation,
    slots,
    auditFingerprint,
    ...(recovery === undefined ? {} : { recoveryCode: recovery.code }),
    ...(exposed === undefined ? {} : { exposed }),
  }
  return new AfterCommit(() => finish(call, { input, former, newRootKey, answer }))
}

async function replaceKeys(
  call: Call,
  { input, newRootKey, recoveryKey }: { input: RootKeyChange; newRootKey: RootKey; recoveryKey: RootKey | undefined },
): Promise<void> {
  const { keyring, random } = call.parts
  const compromised = input.compromised === true
  const behind = compromised ? await readChainEnd(call) : undefined
  const former = keyring.current
  if (compromised) {
    await revokeAllTokens(call)
    call.rows.takeWritten() // the first events of the new epoch list every row
  }
  const { nowMs } = call
  await keyring.replace(call.tx, {
    edit: (given) => changeRootKey({ ...given, newRootKey, recoveryKey, compromised, nowMs }),
    rootKey: newRootKey,
    random,
  })
  if (behind === undefined) return
  await call.tx.run('INSERT INTO data_key (id) VALUES ($1)', [keyring.current.activeDataKeyId])
  await renewRows(call, former)
  await beginRenewedEpoch(call, behind)
}

/** Puts the files in order. By then the store opens with the new key, wherever this ends. */
async function finish(
  { parts }: Call,
  {
    input,
    former,
    newRootKey,
    answer,
  }: { input: RootKeyChange; former: KeySlot; newRootKey: RootKey; answer: ChangedRootKey },
): Promise<ChangedRootKey> {
  const place = placeOf(parts.rootKeyPath)
  const keep = input.keepOldKey === true
  await parts.store.transaction(async (tx) => {
    // By what the store says now: another process may have changed the root key once more, and staged its own.
    const slots = await describeSlots(tx)
    const [primary] = slots
    if (primary !== undefined) settleRootKey(place, primary.rootKeyId)
    if (!slots.some(({ rootKeyId }) => rootKeyId === former.rootKeyId))
      clearRootKey(place, { id: former.rootKeyId, keep })
  })
  const [formerKeyFile] = findFormerRootKeys(place.path).filter((path) => path.includes(former.rootKeyId))
  return {
    ...answer,
    ...(newRootKey.kind === 'file' ? { rootKeyFile: place.path } : {}),
    ...(formerKeyFile === undefined ? {} : { formerKeyFile }),
  }
}

/**
 * The key that the caller gives, or that is made of what it gives, or that a service has wrapped; `undefined` for one that is
 * to be made in a file.
 */
async function readGivenKey(parts: Call['parts'], input: RootKeyChange): Promise<RootKey | undefined> {
  const { to, rootKey, passphrase, service } = input
  const given = { env: rootKey, passphrase, service }
  for (const [provider, what] of Object.entries(given)) {
    if ((what !== undefined) === (to === provider)) continue
    throw new SottoError(
      'input_invalid',
      'a root key is given for env alone, a passphrase for passphrase alone, the name of a key for service alone',
      { hint: 'sotto keys change-root --help' },
    )
  }
  if (rootKey !== undefined) return new RootKeyVariable(rootKey).get()
  if (service !== undefined || (to === undefined && (await opensByService(parts)))) return wrapNewKey(parts, service)
  if (passphrase === undefined) return undefined
  requirePassphrase(passphrase)
  const parameters = newPassphraseParameters(parts.random)
  return derivePassphraseKey({ passphrase, origin: 'the new passphrase', parameters })
}

async function opensByService({ store }: Call['parts']): Promise<boolean> {
  const [primary] = await store.transaction(describeSlots)
  return primary?.kind === 'kms' || primary?.kind === 'transit'
}

/** Only with a key that the environment of this process names: else its credentials would go where the caller says. */
function wrapNewKey({ keyServices, keyring, random }: Call['parts'], asked: string | undefined): Promise<RootKey> {
  const env = keyServices?.env ?? {}
  const variables = asked === undefined ? [serviceVariable] : [newServiceVariable, serviceVariable]
  const variable = variables.find((each) => (env[each] ?? '') !== '' && (asked ?? env[each]) === env[each])
  if (variable === undefined || keyServices === undefined) {
    const missing = `no key of a service is named by ${variables.join(' or ')} where the store is open`
    const other = `${shown(asked ?? '')} is not what ${variables.join(' or ')} names where the store is open`
    throw new SottoError('input_invalid', asked === undefined ? missing : other, {
      hint: `set ${newServiceVariable} there; nothing was changed`,
    })
  }
  const { storeId } = keyring.current
  return createServiceKey({ name: env[variable] ?? '', variable, services: keyServices, storeId, random })
}

function stageInFile(call: Call, { to }: RootKeyChange, slots: readonly KeySlot[]): RootKey {
  const [primary] = slots
  if (to === undefined && primary?.kind !== 'file') {
    throw new SottoError('input_invalid', `the root key comes from ${primary?.kind ?? 'nowhere'}: say where to next`, {
      hint: 'sotto keys change-root --to file, or another --to with what is to be the new one',
    })
  }
  const place = placeOf(call.parts.rootKeyPath)
  if (primary !== undefined) settleRootKey(place, primary.rootKeyId)
  return stageRootKey(
    place,
    slots.map(({ rootKeyId }) => rootKeyId),
    call.parts.random,
  )
}

function placeOf(path: string): RootKeyPlace {
  return { path, userId: process.geteuid?.() }
}

/** Rows get new HMACs: one that was put back before would be as good as new. */
async function requireSoundChain(parts: Call['parts']): Promise<void> {
  const { result, problems } = await verifyChain(parts, {})
  if (result !== 'broken') return
  throw new SottoError('audit_broken', 'the audit log was changed: new keys would make what was altered look right', {
    hint: 'look at sotto audit verify; restore a backup from before',
    details: { problems },
  })
}
