/** Sealing and opening the values of a version. Nothing else in the service sees a blob. */
import { SottoError, emptyRecord, valueBytes } from '@sotto/sdk/model'
import type { SecretKey, SecretValue, SecretValues } from '@sotto/sdk/model'
import type { ValuePlace } from '../../keys/keyring.ts'
import { idBytes } from '../../store/id.ts'
import { secretValueTable } from '../../store/secrets.ts'
import type { SecretRow, SecretValueRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
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
    const blob = keyring.sealValue({ place: placeOf(call, ids, key), value: bytes, random: call.parts.random })
    await call.rows.insert(secretValueTable, {
      version_id: ids.versionId,
      key,
      data_key_id: keyring.activeDataKeyId,
      blob,
    })
  }
}

/**
 * Opens these keys of a version, or all; the caller wipes them (`wipe`). The keys must be keys of the version. Throws
 * `value_corrupt`, `key_unknown` and `row_altered`.
 */
export async function openValues(
  call: Call,
  secret: SecretRow,
  version: SecretVersionRow,
  keys?: readonly string[],
): Promise<OpenValues> {
  const wanted = versionKeys(version).filter(({ name }) => keys === undefined || keys.includes(name))
  const blobs = await loadBlobs(call, version.id, wanted)
  const opened = new Map<string, OpenValue>()
  const ids = { secretId: secret.id, versionId: version.id }
  try {
    for (const { name, encoding, plain } of wanted) {
      const row = blobs.get(name)
      if (row === undefined) throw brokenVersion(secret, version.number)
      requireSameDataKey(row)
      const bytes = call.parts.keyring.current.openValue({ place: placeOf(call, ids, name), blob: row.blob })
      opened.set(name, { encoding, plain, bytes })
    }
    return opened
  } catch (error) {
    wipe(opened)
    throw error
  }
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

/** Values as they go out: strings, which nobody can wipe. */
export function revealedValues(values: OpenValues): SecretValues {
  const revealed = emptyRecord<SecretValue>()
  for (const [key, { encoding, bytes }] of values) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    revealed[key] = { encoding, data: buffer.toString(encoding) }
  }
  return revealed
}

export function wipe(values: OpenValues): void {
  for (const { bytes } of values.values()) bytes.fill(0)
}

async function loadBlobs(
  call: Call,
  versionId: string,
  wanted: readonly SecretKey[],
): Promise<ReadonlyMap<string, SecretValueRow>> {
  if (wanted.length > fewKeys) {
    const rows = await call.rows.list(secretValueTable, 'WHERE version_id = $1', [versionId])
    return new Map(rows.map((row) => [row.key, row]))
  }
  const found = new Map<string, SecretValueRow>()
  for (const { name } of wanted) {
    const row = await call.rows.find(secretValueTable, 'version_id = $1 AND key = $2', [versionId, name])
    if (row !== undefined) found.set(name, row)
  }
  return found
}

/** The column exists for the database's sake; what counts is the id in the blob, and the two must agree. */
function requireSameDataKey({ blob, data_key_id: dataKeyId, version_id: versionId }: SecretValueRow): void {
  if (Buffer.from(blob.buffer, blob.byteOffset, blob.length).toString('hex', 4, 12) === dataKeyId) return
  throw new SottoError('value_corrupt', `a stored value of version ${versionId} names another data key than its row`, {
    hint: 'restore the store from a backup, or write the value again with sotto secret update',
  })
}

function placeOf(
  call: Call,
  { secretId, versionId }: { secretId: string; versionId: string },
  key: string,
): ValuePlace {
  return { workspaceId: idBytes(call.workspaceId), secretId: idBytes(secretId), versionId: idBytes(versionId), key }
}
