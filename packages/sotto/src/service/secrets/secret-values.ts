/** Sealing and opening the values of a version. Nothing else in the service sees a blob. */
import { SottoError, emptyRecord, valueBytes } from '@sotto/sdk/model'
import type { SecretKey, SecretValue, SecretValues } from '@sotto/sdk/model'
import type { Keyring, ValuePlace } from '../../keys/keyring.ts'
import type { SealedValue } from '../../keys/value-blob.ts'
import { idBytes } from '../../store/id.ts'
import { secretValueTable } from '../../store/secrets.ts'
import type { SecretRow, SecretValueRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import type { AnswerSize } from './answer-size.ts'
import { brokenVersion, versionKeys } from './secret-description.ts'

/** A value in memory: its bytes are wiped by whoever made it. */
export interface OpenValue {
  readonly encoding: SecretKey['encoding']
  readonly plain: boolean
  readonly bytes: Uint8Array
}

/** Values by key: a map, in which `__proto__` is a key like any other. */
export type OpenValues = ReadonlyMap<string, OpenValue>

/** Above this number of keys one query for all of them is cheaper. */
const fewKeys = 4

/** Seals the values into rows of the version. */
export async function sealValues(
  call: Call,
  ids: { secretId: string; versionId: string },
  values: OpenValues,
): Promise<void> {
  const keyring = call.parts.keyring.current
  for (const [key, { bytes }] of values) {
    const blob = keyring.sealValue({
      place: placeOf({ ...ids, workspaceId: call.workspaceId }, key),
      value: bytes,
      random: call.parts.random,
    })
    await call.rows.insert(secretValueTable, {
      version_id: ids.versionId,
      key,
      data_key_id: keyring.activeDataKeyId,
      blob,
    })
  }
}

/** A value that is not opened yet. */
export interface ClosedValue {
  readonly key: string
  readonly encoding: SecretKey['encoding']
  readonly plain: boolean
  readonly sealed: SealedValue
}

/**
 * Loads these keys of a version, or all, without opening them. The keys must be keys of the version. Throws
 * `value_corrupt`, `key_unknown` and `row_altered`.
 */
export async function loadValues(
  call: Call,
  secret: SecretRow,
  version: SecretVersionRow,
  keys?: readonly string[],
): Promise<readonly ClosedValue[]> {
  const all = versionKeys(version)
  const wanted = keys === undefined ? all : all.filter(({ name }) => keys.includes(name))
  const rows = wanted.length > fewKeys ? await loadRows(call, version.id) : undefined
  const ids = { workspaceId: call.workspaceId, secretId: secret.id, versionId: version.id }
  const values: ClosedValue[] = []
  for (const { name, encoding, plain } of wanted) {
    const row = rows === undefined ? await findRow(call, version.id, name) : rows.get(name)
    if (row === undefined) throw brokenVersion(secret, version.number)
    values.push({ key: name, encoding, plain, sealed: readValue(call, ids, row) })
  }
  return values
}

/** Opens these keys of a version, or all; the caller wipes them (`wipe`). Codes as of `loadValues`. */
export async function openValues(
  call: Call,
  secret: SecretRow,
  version: SecretVersionRow,
  keys?: readonly string[],
): Promise<OpenValues> {
  const opened = new Map<string, OpenValue>()
  try {
    for (const { key, encoding, plain, sealed } of await loadValues(call, secret, version, keys)) {
      opened.set(key, { encoding, plain, bytes: sealed.open() })
    }
    return opened
  } catch (error) {
    wipe(opened)
    throw error
  }
}

/** Values as they go out: strings, which nobody can wipe. Throws `value_corrupt`, and `value_too_large` by `size`. */
export function revealValues(values: readonly ClosedValue[], size: AnswerSize): SecretValues {
  const revealed = emptyRecord<SecretValue>()
  for (const { key, encoding, sealed } of values) {
    const bytes = sealed.open()
    try {
      size.add(bytes.length)
      revealed[key] = { encoding, data: bytes.toString(encoding) }
    } finally {
      bytes.fill(0)
    }
  }
  return revealed
}

/** Values as they come in. The bytes are copies. */
export function givenValues(values: SecretValues, isPlain: (key: string) => boolean): OpenValues {
  return new Map(
    Object.entries(values).map(([key, value]) => [
      key,
      { encoding: value.encoding, plain: isPlain(key), bytes: valueBytes(value) },
    ]),
  )
}

export function wipe(values: OpenValues): void {
  for (const { bytes } of values.values()) bytes.fill(0)
}

interface ValueIds {
  readonly workspaceId: string
  readonly secretId: string
  readonly versionId: string
}

/** What was taken apart for a row, and for what: all of it must be the same again. */
interface TakenApart {
  readonly keyring: Keyring
  readonly ids: ValueIds
  readonly sealed: SealedValue
}

/** The same row is met again and again while it is remembered; what is kept beside it holds nothing in clear. */
const takenApart = new WeakMap<SecretValueRow, TakenApart>()

/** Throws `value_corrupt` and `key_unknown`. */
function readValue(call: Call, ids: ValueIds, row: SecretValueRow): SealedValue {
  const keyring = call.parts.keyring.current
  const known = takenApart.get(row)
  if (known?.keyring === keyring && sameIds(known.ids, ids)) return known.sealed
  requireSameDataKey(row)
  const sealed = keyring.readValue({ place: placeOf(ids, row.key), blob: row.blob })
  takenApart.set(row, { keyring, ids, sealed })
  return sealed
}

function sameIds(left: ValueIds, right: ValueIds): boolean {
  return (
    left.versionId === right.versionId && left.secretId === right.secretId && left.workspaceId === right.workspaceId
  )
}

function findRow(call: Call, versionId: string, key: string): Promise<SecretValueRow | undefined> {
  return call.rows.find(secretValueTable, 'version_id = $1 AND key = $2', [versionId, key])
}

async function loadRows(call: Call, versionId: string): Promise<ReadonlyMap<string, SecretValueRow>> {
  const rows = await call.rows.list(secretValueTable, 'WHERE version_id = $1', [versionId])
  return new Map(rows.map((row) => [row.key, row]))
}

/** The column exists for the database's sake; what counts is the id in the blob, and the two must agree. */
function requireSameDataKey({ blob, data_key_id: dataKeyId, version_id: versionId }: SecretValueRow): void {
  if (Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('hex', 4, 12) === dataKeyId) return
  throw new SottoError('value_corrupt', `a stored value of version ${versionId} names another data key than its row`, {
    hint: 'restore the store from a backup, or write the value again with sotto secret update',
  })
}

function placeOf({ workspaceId, secretId, versionId }: ValueIds, key: string): ValuePlace {
  return { workspaceId: idBytes(workspaceId), secretId: idBytes(secretId), versionId: idBytes(versionId), key }
}
