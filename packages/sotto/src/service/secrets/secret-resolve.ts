/** Revealing values: the one place where they leave the service. */
import { limits, SottoError } from '@sotto/sdk/model'
import type { ResolvedSecret, ResolveInput, ResolveItem } from '@sotto/sdk/model'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { BeforeCommit } from '../door.ts'
import { AnswerSize } from './answer-size.ts'
import { getSecret, scopeOf } from './lookup.ts'
import { findReader, recordRead } from './secret-reads.ts'
import { versionKeys } from './secret-description.ts'
import { requireUnexpired } from './secret-expiry.ts'
import { loadValues, revealValues } from './secret-values.ts'
import type { ClosedValue } from './secret-values.ts'
import { getVersion } from './secret-versions.ts'
import { keyNotFound } from './secret-write.ts'

/** A version of which some keys are to be revealed. */
export interface Reveal {
  readonly secret: SecretRow
  readonly version: SecretVersionRow
  readonly keys: readonly string[]
}

type Revealed = Extract<ResolvedSecret, { unchanged: false }>

/**
 * Reveals the items, one event per version. Throws `secret_not_found`, `key_not_found`, `version_not_found`,
 * `secret_expired`, `forbidden`, `input_invalid` and `value_too_large` above the limits of an answer.
 */
export async function resolveSecrets(
  call: Call,
  { items, attempt }: ResolveInput,
): Promise<BeforeCommit<{ secrets: readonly ResolvedSecret[] }>> {
  if (items.length < 1 || items.length > limits.itemsPerAnswer) {
    throw new SottoError(
      'input_invalid',
      `${String(items.length)} secrets were asked for; 1 to ${String(limits.itemsPerAnswer)} can be`,
      { hint: 'ask for them in several calls' },
    )
  }
  const chosen: (Reveal | ResolvedSecret)[] = []
  for (const item of items) {
    const found = await chooseVersion(call, item)
    chosen.push(item.unlessVersion === found.version.number ? unchanged(call, found) : found)
  }
  const opens = await prepareReveals(call, chosen.filter(isReveal), attempt)
  return new BeforeCommit(() => {
    const revealed = opens.map((open) => open()).values()
    return { secrets: chosen.map((each) => (isReveal(each) ? (revealed.next().value ?? fail()) : each)) }
  })
}

function isReveal(chosen: Reveal | ResolvedSecret): chosen is Reveal {
  return 'secret' in chosen
}

/** Tells that the caller has that version already. */
function unchanged(call: Call, { secret, version }: Reveal): ResolvedSecret {
  const detail = { version: version.number, unchanged: true }
  call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail })
  return { unchanged: true, id: secret.id, name: secret.name, version: version.number }
}

/**
 * Writes one event per version with all its keys, and for an attempt who read what; then each function opens and answers
 * one reveal, in their order. The caller has decided that they may be read. Throws `value_too_large`, and so do the
 * functions, where they are more than an answer may hold.
 */
export async function prepareReveals(
  call: Call,
  reveals: readonly Reveal[],
  attempt: string | undefined,
): Promise<readonly (() => Revealed)[]> {
  const reader = await findReader(call, attempt)
  const place = reader && { attempt: reader.attempt.id, run: reader.run.id, step: reader.attempt.step }
  for (const { secret, version, keys } of byVersion(reveals)) {
    const detail = { ...place, keys, version: version.number }
    call.event({ object: `secret ${secret.name}`, objectId: secret.id, detail })
    if (reader !== undefined) await recordRead(call, reader, { secret, version: version.number, keys })
  }
  const opens: (() => Revealed)[] = []
  // Sealed values tell their size only roughly, but enough to stop before all of them are loaded.
  const [sealedSize, size] = [new AnswerSize(), new AnswerSize()]
  for (const { secret, version, keys } of reveals) {
    const values = await loadValues(call, secret, version, keys)
    for (const { sealed } of values) sealedSize.add(sealed.leastBytes)
    opens.push(() => revealOne({ secret, version }, values, size))
  }
  return opens
}

function revealOne(
  { secret, version }: Omit<Reveal, 'keys'>,
  values: readonly ClosedValue[],
  size: AnswerSize,
): Revealed {
  return {
    unchanged: false,
    id: secret.id,
    name: secret.name,
    scope: scopeOf(secret),
    version: version.number,
    values: revealValues(values, size),
    plain: values.filter(({ plain }) => plain).map(({ key }) => key),
  }
}

async function chooseVersion(call: Call, item: ResolveItem): Promise<Reveal> {
  const secret = await getSecret(call, item, 'read')
  requireUnexpired(call, secret)
  const version = await getVersion(call, secret, item.version)
  const present = versionKeys(version)
  if (item.keys === undefined) return { secret, version, keys: present.map(({ name }) => name) }
  const absent = item.keys.filter((key) => !present.some(({ name }) => name === key))
  if (absent.length > 0) throw keyNotFound(secret, absent)
  return { secret, version, keys: sortedOnce(item.keys) }
}

/** Joins what is asked of one version by several items: one event lists all its keys. */
function byVersion(reveals: readonly Reveal[]): readonly Reveal[] {
  if (reveals.length === 1) return reveals
  const joined = new Map<string, Reveal>()
  for (const reveal of reveals) {
    const before = joined.get(reveal.version.id)
    const keys = before === undefined ? reveal.keys : sortedOnce([...before.keys, ...reveal.keys])
    joined.set(reveal.version.id, { ...reveal, keys })
  }
  return [...joined.values()]
}

function sortedOnce(keys: readonly string[]): readonly string[] {
  return keys.length === 1 ? keys : [...new Set(keys)].toSorted()
}

function fail(): never {
  throw new Error('a secret was chosen and not revealed')
}
