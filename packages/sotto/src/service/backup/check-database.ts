/** Is the database of a backup whole? It is a copy in a file of its own, which may be written. */
import { isSottoError, SottoError } from '@sotto/sdk/model'
import type { AuditVerification } from '@sotto/sdk/model'
import { systemRandom } from '../../keys/random.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { idBytes } from '../../store/id.ts'
import type { LiveKeyring } from '../../store/live-keyring.ts'
import { openSqliteStore } from '../../store/sqlite-store.ts'
import type { SqlRow, Store } from '../../store/store.ts'
import { verifyChain } from '../audit/audit-verify.ts'
import { openStore } from '../first-use.ts'
import { findDamage } from '../inspect-store.ts'
import { corruptBackup } from './backup-format.ts'
import type { BackupHeader } from './backup-format.ts'

export interface CheckInput {
  /** The copy. It is brought to the present schema. */
  readonly path: string
  readonly header: BackupHeader
  readonly rootKey: RootKey
  /** How many values are opened at most. */
  readonly values: number
  /** Take it also where its audit does not hold; what is wrong is in the answer. */
  readonly acceptBrokenAudit?: boolean
}

export interface Checked {
  readonly audit: AuditVerification
  /** How many values there are, and how many of them were opened. */
  readonly values: number
  readonly opened: number
}

const valuesAtOnce = 500

/** Throws `backup_corrupt` for everything that is wrong with it, and what opening a store throws. */
export async function checkDatabase({
  path,
  header,
  rootKey,
  values,
  acceptBrokenAudit = false,
}: CheckInput): Promise<Checked> {
  const store = await openSqliteStore({ path })
  try {
    const damage = await findDamage(path)
    if (damage.length > 0) throw corruptBackup(`its database is damaged: ${damage.join('; ')}`)
    await checkKeyring(store, header)
    const { keyring } = await openStore({ store, rootKey, clock: Date.now, random: systemRandom, osUser: '' })
    const { checkpoint } = header
    const fingerprint = keyring.current.auditFingerprint
    const audit = await verifyChain({ store, keyring }, { checkpoint, fingerprint })
    if (audit.result === 'broken' && !acceptBrokenAudit) throw brokenAudit(audit.problems)
    return { audit, ...(await openValues(store, keyring, values)) }
  } finally {
    await store.close()
  }
}

function brokenAudit(problems: readonly string[]): SottoError {
  return new SottoError(
    'backup_corrupt',
    `the backup cannot be used: its audit does not hold: ${problems.join('; ')}`,
    {
      hint: 'use an older backup; where there is none, sotto backup restore FILE --accept-broken-audit records what is wrong. Nothing was changed',
      details: { problems },
    },
  )
}

async function checkKeyring(store: Store, header: BackupHeader): Promise<void> {
  const row = await store.transaction((tx) => tx.get('SELECT blob FROM keyring WHERE id = 1'))
  const blob = row?.['blob']
  if (!(blob instanceof Uint8Array) || Buffer.compare(blob, header.keyring) !== 0)
    throw corruptBackup('its database holds another keyring than its header')
}

/** Opens values: all, or so many of them, spread over the whole. */
async function openValues(
  store: Store,
  keyring: LiveKeyring,
  most: number,
): Promise<{ readonly values: number; readonly opened: number }> {
  return await store.snapshot(async (tx) => {
    const values = Number((await tx.get('SELECT COUNT(*) AS count FROM secret_value'))?.['count'])
    const step = Math.max(1, Math.ceil(values / most))
    let opened = 0
    for (let offset = 0; offset < values; offset += valuesAtOnce * step) {
      const rows = await tx.all(
        `SELECT value.version_id, value.key, value.blob, version.secret_id, secret.workspace_id
         FROM secret_value AS value
         JOIN secret_version AS version ON version.id = value.version_id
         JOIN secret ON secret.id = version.secret_id
         ORDER BY value.version_id, value.key LIMIT $1 OFFSET $2`,
        [valuesAtOnce * step, offset],
      )
      for (let index = 0; index < rows.length; index += step) opened += openOne(keyring, rows[index])
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { values, opened }
  })
}

/** The value is wiped at once: that it opens is all that is asked. */
function openOne(keyring: LiveKeyring, row: SqlRow | undefined): number {
  const { version_id: versionId, secret_id: secretId, workspace_id: workspaceId, key, blob } = row ?? {}
  if (typeof versionId !== 'string' || typeof secretId !== 'string' || typeof workspaceId !== 'string') return 0
  if (typeof key !== 'string' || !(blob instanceof Uint8Array)) return 0
  const place = {
    workspaceId: idBytes(workspaceId),
    secretId: idBytes(secretId),
    versionId: idBytes(versionId),
    key,
  }
  try {
    keyring.current.openValue({ place, blob }).fill(0)
    return 1
  } catch (error) {
    if (isSottoError(error)) throw corruptBackup(`key ${key} of version ${versionId} does not open: ${error.message}`)
    throw error
  }
}
