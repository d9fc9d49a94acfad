/** The password of a store on PostgreSQL, and where it may come from. */
import { resolve } from 'node:path'
import { SottoError } from '@sotto/sdk/model'
import { readKeyFile } from '../keys/read-key-file.ts'
import type { PostgresPlace } from './postgres-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Names a file with the password: what a command line or a listing of processes cannot show. */
const passwordFileVariable = 'SOTTO_STORE_PASSWORD_FILE'

const largestPassword = 4096

/**
 * The file that `SOTTO_STORE_PASSWORD_FILE` names, else the URL, else `PGPASSWORD`. Without one the driver looks into
 * `~/.pgpass`, as every client of PostgreSQL does. Codes: `key_missing`, `key_insecure`, `key_malformed`.
 */
export function findPassword(place: PostgresPlace, env: Environment): string | undefined {
  const file = env[passwordFileVariable]
  if (file !== undefined) return readPasswordFile(file)
  const given = place.password ?? env['PGPASSWORD']
  return given === '' ? undefined : given
}

/** One line end at the end is no part of the password: editors and `echo` leave it. */
function readPasswordFile(file: string): string {
  if (file === '') {
    throw new SottoError('key_malformed', `${passwordFileVariable} is empty`, {
      hint: 'name the file with the password of the store in it, or unset it',
    })
  }
  const path = resolve(file)
  const bytes = Buffer.alloc(largestPassword)
  const userId = process.geteuid?.()
  const size = readKeyFile({ path, target: bytes, userId, what: 'store password', isKey: () => true })
  const text = bytes.toString('utf8', 0, size ?? 0).replace(/\r?\n$/, '')
  bytes.fill(0)
  if (size === undefined || text === '') {
    throw new SottoError('key_missing', `${path} ${size === undefined ? 'is not there' : 'holds no password'}`, {
      hint: `${passwordFileVariable} names it: write the password of the store into it, mode 0600`,
    })
  }
  return text
}
