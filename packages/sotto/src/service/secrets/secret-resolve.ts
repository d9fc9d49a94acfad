/** Revealing values: the one place where they leave the service. */
import { limits, SottoError } from '@sotto/sdk/model'
import type { AuditEvent, ResolvedSecret, ResolveInput, ResolveItem } from '@sotto/sdk/model'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { AnswerSize } from './answer-size.ts'
import { getSecret, scopeOf } from './lookup.ts'
import { getReader, recordRead } from './secret-reads.ts'
import { versionKeys } from './secret-description.ts'
import { requireUnexpired } from './secret-expiry.ts'
import { openValues, revealedValues, wipe } from './secret-values.ts'
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
export async function resolveSecrets(call: Call, input: ResolveInput): Promise<{ secrets: readonly ResolvedSecret[] }> {
  const { items, attempt } = input
  if (items.length < 1 || items.length > limits.itemsPerAnswer) {
    throw new SottoError(
      'input_invalid',
      `${String(items.length)} secrets were asked for; 1 to ${String(limits.itemsPerAnswer)} can be`,
      { hint: 'ask for them in several calls' },
    )
  }
  const answers: ((revealed: readonly Revealed[]) => ResolvedSecret)[] = []
  const reveals: Reveal[] = []
  for (const item of items) {
    const found = await chooseVersion(call, item)
    if (item.unlessVersion === found.version.number) {
      const { secret, version } = found
      call.event({
        object: `secret ${secret.name}`,
        objectId: secret.id,
        detail: { version: version.number, unchanged: true },
      })
      answers.push(() => ({ unchanged: true, id: secret.id, name: secret.name, version: version.number }))
      continue
    }
    const index = reveals.push(found) - 1
    answers.push((revealed) => revealed[index] ?? fail())
  }
  const revealed = await revealVersions(call, reveals, attempt)
  return { secrets: answers.map((answer) => answer(revealed)) }
}

/**
 * Opens and answers each; writes one event per version with all its keys, and for an attempt who read what. The caller
 * has decided that they may be read. Throws `value_too_large` where they are more than an answer may hold.
 */
export async function revealVersions(
  call: Call,
  reveals: readonly Reveal[],
  attempt: string | undefined,
): Promise<readonly Revealed[]> {
  const reader = attempt === undefined ? undefined : await getReader(call, attempt)
  for (const { secret, version, keys } of byVersion(reveals)) {
    const place: AuditEvent['detail'] =
      reader === undefined ? {} : { attempt: reader.attempt.id, run: reader.run.id, step: reader.attempt.step }
    call.event({
      object: `secret ${secret.name}`,
      objectId: secret.id,
      detail: { ...place, keys, version: version.number },
    })
    if (reader !== undefined) await recordRead(call, reader, { secret, version: version.number, keys })
  }
  const revealed: Revealed[] = []
  const size = new AnswerSize()
  for (const reveal of reveals) revealed.push(await revealOne(call, reveal, size))
  return revealed
}

async function revealOne(call: Call, { secret, version, keys }: Reveal, size: AnswerSize): Promise<Revealed> {
  const values = await openValues(call, secret, version, keys)
  try {
    for (const { bytes } of values.values()) size.add(bytes.length)
    return {
      unchanged: false,
      id: secret.id,
      name: secret.name,
      scope: scopeOf(secret),
      version: version.number,
      values: revealedValues(values),
      plain: [...values].filter(([, { plain }]) => plain).map(([key]) => key),
    }
  } finally {
    wipe(values)
  }
}

async function chooseVersion(call: Call, item: ResolveItem): Promise<Reveal> {
  const secret = await getSecret(call, item, 'read')
  requireUnexpired(call, secret)
  const version = await getVersion(call, secret, item.version)
  const present = versionKeys(version).map(({ name }) => name)
  const absent = (item.keys ?? []).filter((key) => !present.includes(key))
  if (absent.length > 0) throw keyNotFound(secret, absent)
  return { secret, version, keys: item.keys === undefined ? present : [...new Set(item.keys)].toSorted() }
}

/** Joins what is asked of one version by several items: one event lists all its keys. */
function byVersion(reveals: readonly Reveal[]): readonly Reveal[] {
  const joined = new Map<string, Reveal>()
  for (const reveal of reveals) {
    const before = joined.get(reveal.version.id)
    const keys = before === undefined ? reveal.keys : [...new Set([...before.keys, ...reveal.keys])].toSorted()
    joined.set(reveal.version.id, { ...reveal, keys })
  }
  return [...joined.values()]
}

function fail(): never {
  throw new Error('a secret was chosen and not revealed')
}
