// A store with any number of secrets, quickly: its rows are written past the service, with the HMACs and sealed values
// that the service would have given them. Only the audit chain does not know them.

import { join } from 'node:path'
import { openEmbedded } from '../packages/sotto/src/connect/embedded.ts'
import { findPlaces } from '../packages/sotto/src/connect/places.ts'
import { getRootKey } from '../packages/sotto/src/keys/get-root-key.ts'
import { systemRandom } from '../packages/sotto/src/keys/random.ts'
import { openStore, type OpenedStore } from '../packages/sotto/src/service/first-use.ts'
import { createId, idBytes } from '../packages/sotto/src/store/id.ts'
import { Rows } from '../packages/sotto/src/store/rows.ts'
import { secretTable, secretValueTable, secretVersionTable } from '../packages/sotto/src/store/secrets.ts'
import { openSqliteStore } from '../packages/sotto/src/store/sqlite-store.ts'

/** So many go into one transaction. */
const AT_ONCE = 10_000

/** Secrets `secret_0000000` and so on, each with the key `password`, in a new store of that home. */
export async function makeManySecrets(home: string, count: number): Promise<void> {
  const env = { SOTTO_HOME: home }
  await (await openEmbedded(env)).close()
  const store = await openSqliteStore({ path: findPlaces(env).storePath })
  try {
    const rootKey = await getRootKey({
      env: {},
      defaultFile: join(home, 'root.key'),
      storeExists: true,
      random: systemRandom,
    })
    const opened = await openStore({ store, rootKey, clock: Date.now, random: systemRandom, osUser: 'bench' })
    for (let from = 0; from < count; from += AT_ONCE) {
      await store.transaction(async (tx) => {
        const rows = new Rows(tx, opened.keyring)
        for (let index = from; index < Math.min(from + AT_ONCE, count); index++) {
          await insertSecret(rows, opened, nameOf(index))
        }
      })
    }
  } finally {
    await store.close()
  }
}

export function nameOf(index: number): string {
  return `secret_${String(index).padStart(7, '0')}`
}

async function insertSecret(rows: Rows, opened: OpenedStore, name: string): Promise<void> {
  const { keyring, workspaceId, principalId } = opened
  const nowMs = Date.now()
  const [id, versionId] = [createId(nowMs, systemRandom), createId(nowMs, systemRandom)]
  const key = 'password'
  const keys = JSON.stringify([{ name: key, encoding: 'utf8', plain: false }])
  await rows.insert(secretTable, {
    id,
    workspace_id: workspaceId,
    scope_owner: '',
    owner: principalId,
    name,
    version: 1,
    version_id: versionId,
    description: '',
    labels: '{}',
    created_at: nowMs,
    updated_at: nowMs,
    deleted_at: null,
    expires_at: null,
    keys,
  })
  await rows.insert(secretVersionTable, {
    id: versionId,
    secret_id: id,
    number: 1,
    secrets_store: 'sql',
    locator: '',
    keys,
    changes: JSON.stringify({ added: [key], changed: [], removed: [] }),
    author: principalId,
    created_at: nowMs,
  })
  const place = { workspaceId: idBytes(workspaceId), secretId: idBytes(id), versionId: idBytes(versionId), key }
  const blob = keyring.current.sealValue({ place, value: Buffer.from(`value of ${name}`), random: systemRandom })
  // Not kept in Rows, which notes each: a million notes of one transaction would be the largest thing here.
  rows.takeWritten()
  await rows.insert(secretValueTable, {
    version_id: versionId,
    key,
    data_key_id: keyring.current.activeDataKeyId,
    blob,
  })
}
