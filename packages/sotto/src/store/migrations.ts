/**
 * Numbered, forward migrations. One that was on main is never edited: a store made by it must open for ever.
 */
import { SottoError } from '@sotto/sdk/model'
import { migration0001 } from './migrations/0001.ts'
import { migration0002 } from './migrations/0002.ts'
import { migration0003 } from './migrations/0003.ts'
import { migration0004 } from './migrations/0004.ts'
import { migration0005 } from './migrations/0005.ts'
import { migration0006 } from './migrations/0006.ts'
import { migration0007 } from './migrations/0007.ts'
import { migration0008 } from './migrations/0008.ts'
import type { Transaction } from './store.ts'

/** The DDL that leads from version n to n + 1, in order. */
const migrations: readonly string[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
  migration0006,
  migration0007,
  migration0008,
]

/** The version that this program writes. */
export const schemaVersion: number = migrations.length

/** The store's version; 0 for an empty one. Throws `store_corrupt`. */
export async function readSchemaVersion(tx: Transaction): Promise<number> {
  if (await tx.isEmpty()) return 0
  const row = await tx.get('SELECT version FROM schema_version WHERE id = 1')
  const version = row?.['version']
  if (typeof version !== 'number' || version < 1) {
    throw new SottoError('store_corrupt', 'the store does not say which version of the schema it has', {
      hint: 'move the file away and restore a backup',
    })
  }
  return version
}

/** Brings the schema from `version` to ours. Throws `store_newer` and changes nothing where the store is ahead. */
export async function migrate(tx: Transaction, version: number): Promise<void> {
  if (version > schemaVersion) {
    throw new SottoError(
      'store_newer',
      `the store has schema ${String(version)}, and this Sotto knows up to ${String(schemaVersion)}`,
      {
        hint: 'install the version of Sotto that last wrote this store, or a later one; nothing was changed',
      },
    )
  }
  if (version === schemaVersion) return
  for (const ddl of migrations.slice(version)) await tx.define(ddl)
  await tx.run(
    'INSERT INTO schema_version (id, version) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET version = excluded.version',
    [schemaVersion],
  )
}
