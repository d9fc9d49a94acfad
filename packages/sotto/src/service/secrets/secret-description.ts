/** What may be told of a secret without the right to read it. */
import { SottoError } from '@sotto/sdk/model'
import type { SecretDescription, SecretKey, SecretVersion } from '@sotto/sdk/model'
import { secretVersionTable } from '../../store/secrets.ts'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import { principalTable } from '../../store/principals.ts'
import type { Call } from '../call.ts'
import { scopeOf } from './lookup.ts'
import { listBatch } from '../row-batches.ts'
import { timeText } from '../time.ts'

/** Names of keys against the version before. */
export type VersionChanges = Pick<SecretVersion, 'added' | 'changed' | 'removed'>

/** Keys of a version, sorted by name. */
export function versionKeys(row: SecretVersionRow): readonly SecretKey[] {
  const known = keysOf.get(row)
  if (known !== undefined) return known
  const keys = JSON.parse(row.keys) as readonly SecretKey[] // written by `writeVersion`, kept by the row's HMAC
  keysOf.set(row, keys)
  return keys
}

/** The same row is met again and again while it is remembered. */
const keysOf = new WeakMap<SecretVersionRow, readonly SecretKey[]>()

export function versionChanges(row: SecretVersionRow): VersionChanges {
  return JSON.parse(row.changes) as VersionChanges // as in versionKeys
}

/** The newest version of a secret. */
export async function newestVersion(call: Call, secret: SecretRow): Promise<SecretVersionRow> {
  const row = await call.rows.find(secretVersionTable, 'id = $1', [secret.version_id])
  if (row === undefined || row.secret_id !== secret.id) throw brokenVersion(secret, secret.version)
  return row
}

/** The newest versions of those secrets whose row does not have their keys, by secret. */
async function missingVersions(
  call: Call,
  secrets: readonly SecretRow[],
): Promise<ReadonlyMap<SecretRow, SecretVersionRow>> {
  const without = secrets.filter(({ keys }) => keys === null)
  const values = without.map((secret) => secret.version_id)
  const rows = await listBatch(call.rows, secretVersionTable, { column: 'id', values })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return new Map(
    without.map((secret) => {
      const row = byId.get(secret.version_id)
      if (row === undefined || row.secret_id !== secret.id) throw brokenVersion(secret, secret.version)
      return [secret, row]
    }),
  )
}

/** The description of a secret. */
export async function describe(call: Call, secret: SecretRow): Promise<SecretDescription> {
  return (await describing(call, [secret]))(secret)
}

/** What describes each of the secrets, with all that it needs loaded before: a promise for each shows in a long list. */
export async function describing(
  call: Call,
  secrets: readonly SecretRow[],
): Promise<(secret: SecretRow) => SecretDescription> {
  const versions = await missingVersions(call, secrets)
  const owners = new Map<string, string>()
  for (const { owner } of secrets) if (!owners.has(owner)) owners.set(owner, await principalName(call, owner))
  // Written by `writeVersion` and `mergeLabels`, kept by the HMAC of the row.
  const keysOfText = remembering((text) => JSON.parse(text) as readonly SecretKey[])
  const labelsOfText = remembering((text) => JSON.parse(text) as SecretDescription['labels'])
  return (secret) => {
    const version = versions.get(secret)
    const createdAt = timeText(secret.created_at)
    return {
      id: secret.id,
      name: secret.name,
      scope: scopeOf(secret),
      owner: owners.get(secret.owner) ?? secret.owner,
      version: secret.version,
      keys: version === undefined ? keysOfText(secret.keys ?? '[]') : versionKeys(version),
      description: secret.description,
      labels: labelsOfText(secret.labels),
      createdAt,
      updatedAt: secret.updated_at === secret.created_at ? createdAt : timeText(secret.updated_at),
      ...(secret.expires_at === null ? undefined : { expiresAt: timeText(secret.expires_at) }),
      ...(secret.deleted_at === null ? undefined : { deletedAt: timeText(secret.deleted_at) }),
    }
  }
}

/** Reads each text once: the secrets of a list have few sets of keys and labels. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const value = read(text)
    known.set(text, value)
    return value
  }
}

/** The name of a principal, for showing. */
export async function principalName(call: Call, id: string): Promise<string> {
  if (id === call.principal.id) return call.principal.name
  const row = await call.rows.find(principalTable, 'id = $1', [id])
  if (row === undefined) return id
  return row.deleted_at === null ? row.name : `${row.name.replace(/~.*/, '')} (deleted)`
}

/** A secret whose version was taken away outside of Sotto. */
export function brokenVersion(secret: SecretRow, number: number): SottoError {
  return new SottoError(
    'row_altered',
    `version ${String(number)} of secret ${secret.id} was removed or changed outside of Sotto`,
    {
      hint: 'find out who can write the database; restore a backup',
      details: { table: 'secret_version', id: secret.id },
    },
  )
}
