/** What SQLite itself says of a store's file: for `sotto doctor`, which needs no key for it. */
import { readSnapshot } from '../store/sqlite-snapshot.ts'

/** Damaged pages, indexes and foreign keys, in words; the first few. Codes as of `Store.snapshot`. */
export function findDamage(storePath: string): Promise<readonly string[]> {
  return readSnapshot(storePath, async (tx) => {
    // `integrity_check` also holds each index against its table, which `quick_check` leaves out.
    const pages = (await tx.all('PRAGMA integrity_check(3)')).map((row) => String(row['integrity_check']))
    const keys = (await tx.all('PRAGMA foreign_key_check')).map(
      (row) => `a row of ${String(row['table'])} lacks its parent`,
    )
    return [...pages.filter((line) => line !== 'ok'), ...keys.slice(0, 3)]
  })
}
