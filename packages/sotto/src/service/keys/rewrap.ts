/**
 * Seals values anew that lie under older data keys, a piece in each transaction, so that others read and write in
 * between. The walk is over the primary key; one that was killed begins again and passes quickly over what is done.
 */
import { isSottoError } from '@sotto/sdk/model'
import type { Rewrap } from '@sotto/sdk/model'
import { idBytes } from '../../store/id.ts'
import type { SqlRow } from '../../store/store.ts'
import type { Call } from '../call.ts'
import type { Handler } from '../door.ts'
import { requireKeys } from './key-facts.ts'

/** Everybody else waits for the piece that is being sealed: it takes about as long as one flush of a disk. */
const usualLimit = 32
const mostAtOnce = 1000

/**
 * Ids of secret and workspace come from rows whose HMAC is not looked at, for they are bound into the blob: with a wrong
 * one it does not open.
 */
const select = `SELECT v.version_id, v.key, v.blob, s.id AS secret_id, s.workspace_id
  FROM secret_value v JOIN secret_version n ON n.id = v.version_id JOIN secret s ON s.id = n.secret_id
  WHERE (v.version_id, v.key) > ($1, $2) AND v.data_key_id <> $3
  ORDER BY v.version_id, v.key LIMIT $4`

export const rewrapValues: Handler<'rewrapValues'> = async (call, { after, limit = usualLimit }) => {
  requireKeys(call)
  const most = Math.max(1, Math.min(limit, mostAtOnce))
  const activeKey = call.parts.keyring.current.activeDataKeyId
  const rows = await call.tx.all(select, [...placeOf(after), activeKey, most])
  const unreadable: string[] = []
  let rewrapped = 0
  for (const row of rows) {
    if (await rewrap(call, row)) rewrapped += 1
    else unreadable.push(`${String(row['secret_id'])} ${String(row['version_id'])} ${String(row['key'])}`)
  }
  const last = rows.at(-1)
  call.event({ object: 'keys', objectId: '', detail: { activeKey, rewrapped, unreadable: unreadable.length } })
  const next = rows.length < most || last === undefined ? {} : { next: nextOf(last) }
  return { rewrapped, unreadable, activeKey, ...next } satisfies Rewrap
}

/** False for a value that does not open: it stays as it is. */
async function rewrap(call: Call, row: SqlRow): Promise<boolean> {
  const { version_id: versionId, key, blob, secret_id: secretId, workspace_id: workspaceId } = row
  if (typeof versionId !== 'string' || typeof key !== 'string' || !(blob instanceof Uint8Array)) return false
  const keyring = call.parts.keyring.current
  const ids = { workspaceId: String(workspaceId), secretId: String(secretId) }
  const place = {
    workspaceId: idBytes(ids.workspaceId),
    secretId: idBytes(ids.secretId),
    versionId: idBytes(versionId),
    key,
  }
  let value: Buffer | undefined
  try {
    value = keyring.openValue({ place, blob })
    const sealed = keyring.sealValue({ place, value, random: call.parts.random })
    const written = await call.tx.run(
      'UPDATE secret_value SET blob = $1, data_key_id = $2 WHERE version_id = $3 AND key = $4',
      [sealed, keyring.activeDataKeyId, versionId, key],
    )
    return written === 1
  } catch (error) {
    if (isSottoError(error, 'value_corrupt') || isSottoError(error, 'key_unknown')) return false
    throw error
  } finally {
    value?.fill(0)
  }
}

/** `VERSION-ID KEY`. */
function nextOf(row: SqlRow): string {
  return `${String(row['version_id'])} ${String(row['key'])}`
}

function placeOf(after = ''): [string, string] {
  const blank = after.indexOf(' ')
  return blank === -1 ? [after, ''] : [after.slice(0, blank), after.slice(blank + 1)]
}
