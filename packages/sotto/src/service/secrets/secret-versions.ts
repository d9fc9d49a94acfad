/** Making versions, and comparing the values of two by names of keys. */
import { timingSafeEqual } from 'node:crypto'
import { SottoError, shown } from '@sotto/sdk/model'
import type { SecretKey, SecretWrite } from '@sotto/sdk/model'
import { secretTable, secretVersionTable } from '../../store/secrets.ts'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { brokenVersion, describe, newestVersion } from './secret-description.ts'
import type { VersionChanges } from './secret-description.ts'
import { sealValues } from './secret-values.ts'
import type { OpenValue, OpenValues } from './secret-values.ts'

/** A version by number, the newest without one. Throws `version_not_found`. */
export async function getVersion(call: Call, secret: SecretRow, number: number | undefined): Promise<SecretVersionRow> {
  if (number === undefined || number === secret.version) return newestVersion(call, secret)
  // SQLite would find version 3 for the text "3" too, and the row would then look altered.
  if (!Number.isInteger(number)) throw new SottoError('input_invalid', 'a version is a whole number from 1')
  const version = await call.rows.find(secretVersionTable, 'secret_id = $1 AND number = $2', [secret.id, number])
  if (version !== undefined) return version
  if (number >= 1 && number < secret.version) throw brokenVersion(secret, number)
  throw new SottoError(
    'version_not_found',
    `secret ${shown(secret.name)} has no version ${String(number)}; the newest is ${String(secret.version)}`,
    {
      hint: `sotto secret history ${secret.name}`,
      details: { name: secret.name, version: secret.version },
    },
  )
}

/** Throws `version_conflict` unless the newest version is the one that is expected. */
export function requireVersion(secret: SecretRow, expected: number | undefined): void {
  if (expected === undefined || expected === secret.version) return
  throw new SottoError(
    'version_conflict',
    `secret ${shown(secret.name)} has version ${String(secret.version)}, not ${String(expected)}`,
    {
      hint: `look at what changed: sotto secret history ${secret.name}`,
      details: { version: secret.version, expected },
    },
  )
}

/** The keys of these values, sorted by name, as rows have them. */
export function keysText(values: OpenValues): string {
  const keys: readonly SecretKey[] = [...values]
    .map(([name, { encoding, plain }]) => ({ name, encoding, plain }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return JSON.stringify(keys)
}

/** Writes the row of a version and its sealed values. */
export async function writeVersion(
  call: Call,
  { secretId, number, versionId = call.newId() }: { secretId: string; number: number; versionId?: string },
  values: OpenValues,
  changes: VersionChanges,
): Promise<SecretVersionRow> {
  const row: SecretVersionRow = {
    id: versionId,
    secret_id: secretId,
    number,
    secrets_store: 'sql',
    locator: '',
    keys: keysText(values),
    changes: JSON.stringify(changes),
    author: call.principal.id,
    created_at: call.nowMs,
  }
  await call.rows.insert(secretVersionTable, row)
  await sealValues(call, { secretId, versionId }, values)
  return row
}

/** What a secret is to be after a change. */
export interface Change {
  readonly secret: SecretRow
  readonly version: SecretVersionRow
  readonly facts: Partial<Pick<SecretRow, 'description' | 'labels' | 'expires_at'>>
  readonly present: OpenValues
  readonly wanted: OpenValues
  /** The older version that comes back. */
  readonly from?: number
  /** Keys that count as changed, whatever their values: what the caller may not compare. */
  readonly rewritten?: ReadonlySet<string> | undefined
}

/** Makes the next version where a value, a key or a mark differs, and writes the row where anything does. */
export async function applyChange(call: Call, change: Change): Promise<SecretWrite> {
  const { secret, version, facts, present, wanted, from } = change
  const changes = compareValues(present, wanted, change.rewritten)
  const made = changes.added.length + changes.changed.length + changes.removed.length > 0
  const next: SecretRow = { ...secret, ...facts }
  const sameFacts =
    next.description === secret.description && next.labels === secret.labels && next.expires_at === secret.expires_at
  if (!made && sameFacts) return answerUnchanged(call, secret)
  const newest = made
    ? await writeVersion(call, { secretId: secret.id, number: secret.version + 1 }, wanted, changes)
    : version
  const row: SecretRow = {
    ...next,
    version: newest.number,
    version_id: newest.id,
    updated_at: call.nowMs,
    keys: newest.keys,
  }
  await call.rows.update(secretTable, row)
  const written = [...changes.added, ...changes.changed].toSorted()
  call.event({
    object: `secret ${row.name}`,
    objectId: row.id,
    detail: { version: row.version, written, removed: changes.removed, ...(from === undefined ? {} : { from }) },
  })
  return { secret: await describe(call, row), outcome: 'updated', written, removed: changes.removed }
}

async function answerUnchanged(call: Call, secret: SecretRow): Promise<SecretWrite> {
  call.event({
    object: `secret ${secret.name}`,
    objectId: secret.id,
    detail: { version: secret.version, unchanged: true },
  })
  return { secret: await describe(call, secret), outcome: 'unchanged', written: [], removed: [] }
}

/**
 * What differs, as names of keys, sorted. Values of one length are compared in constant time; those of `rewritten` keys not
 * at all: they count as changed.
 */
export function compareValues(
  present: OpenValues,
  wanted: OpenValues,
  rewritten: ReadonlySet<string> = new Set(),
): VersionChanges {
  const names = [...wanted.keys()].toSorted()
  return {
    added: names.filter((key) => !present.has(key)),
    changed: names.filter((key) => {
      const [before, after] = [present.get(key), wanted.get(key)]
      return before !== undefined && after !== undefined && (rewritten.has(key) || !sameValue(before, after))
    }),
    removed: [...present.keys()].filter((key) => !wanted.has(key)).toSorted(),
  }
}

function sameValue(left: OpenValue, right: OpenValue): boolean {
  if (left.encoding !== right.encoding || left.plain !== right.plain) return false
  return left.bytes.length === right.bytes.length && timingSafeEqual(left.bytes, right.bytes)
}
