/** The driver `pg`: an optional peer, loaded when a store on PostgreSQL is first used. */
import type pg from 'pg'
import { SottoError, systemCode } from '@sotto/sdk/model'

/** Throws `unsupported` where it is not installed. */
export async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND' && systemCode(error) !== 'MODULE_NOT_FOUND') throw error
    throw new SottoError('unsupported', 'a store on PostgreSQL needs the package pg, which is not installed', {
      hint: 'npm install pg beside sotto (npm install --global pg where sotto is installed globally)',
    })
  }
}
