import { SottoError } from '@sotto/sdk/model'

/** Backups are made of SQLite's file; a store in a database is backed up with the tools of that. */
export function notInDatabase(): SottoError {
  return new SottoError('unsupported', 'a store on PostgreSQL is not yet backed up and restored by sotto', {
    hint: 'pg_dump --format=custom --schema=sotto, which holds sealed values alone; keep the root key elsewhere',
  })
}
