/** A store wherever it lies. What PostgreSQL needs is loaded only for a store that lies there. */
import { openSqliteStore } from './sqlite-store.ts'
import { liesInDatabase } from './store-place.ts'
import type { Store } from './store.ts'

/**
 * Opens the store in the file with that path, or in the database with that URL (`postgres://…`). `env` holds what the URL
 * does not say: see `postgres-url.ts` and `postgres-password.ts`. Codes as of `openSqliteStore` and `openPostgresStore`.
 */
export async function openStoreAt(place: string, env: Readonly<Record<string, string | undefined>>): Promise<Store> {
  if (!liesInDatabase(place)) return await openSqliteStore({ path: place })
  const { openPostgresStore } = await import('./postgres-store.ts')
  return await openPostgresStore({ url: place, env })
}
