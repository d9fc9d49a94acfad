/**
 * Who signs in at Vault or OpenBao. The variables are those of their own programs, `BAO_` before `VAULT_`; for a sign-in they
 * have none, so those are ours. The first of these that is there:
 *
 *     BAO_TOKEN, BAO_TOKEN_FILE                          a token, or the file in which an agent keeps one
 *     SOTTO_TRANSIT_LOGIN=MOUNT with
 *       SOTTO_TRANSIT_ROLE_ID, SOTTO_TRANSIT_SECRET_ID_FILE    AppRole
 *       SOTTO_TRANSIT_ROLE, SOTTO_TRANSIT_JWT_FILE             Kubernetes, JWT
 *     ~/.vault-token                                     what `bao login` has left
 */
import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { shellWord, SottoError } from '@sotto/sdk/model'
import type { KeyServiceEnvironment } from '../../keys/key-service.ts'

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  /** Of the auth method at `mount`, what its login takes. */
  | { readonly kind: 'login'; readonly mount: string; readonly input: { readonly [name: string]: string } }

/** Where a pod finds its own token. */
const podTokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const largestFile = 1024 * 1024

/** Throws `key_service_refused` where there are none or half of them, and `file_unreadable`. */
export function findCredentials(env: KeyServiceEnvironment, address: string): Credentials {
  const token = settingOf(env, 'TOKEN')
  if (token !== undefined) return tokenOf(token, 'BAO_TOKEN')
  const file = settingOf(env, 'TOKEN_FILE')
  if (file !== undefined) return tokenOf(readSettingFile(file, 'token'), file)
  const login = valueOf(env, 'SOTTO_TRANSIT_LOGIN')
  if (login !== undefined) return loginOf(env, login, address)
  const left = join(env['HOME'] ?? homedir(), '.vault-token')
  if (existsSync(left)) return tokenOf(readSettingFile(left, 'token'), left)
  throw refused(`no credentials were found for transit:${address}`, 'set BAO_TOKEN_FILE or BAO_TOKEN, or run bao login')
}

/** A variable of OpenBao, else the one of Vault. Empty is as if it were not there, as for them. */
export function settingOf(env: KeyServiceEnvironment, name: string): string | undefined {
  return valueOf(env, `BAO_${name}`) ?? valueOf(env, `VAULT_${name}`)
}

/** The text of a file that a variable names, without the line break behind it. Throws `file_unreadable`. */
export function readSettingFile(path: string, what: string): string {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)) // Windows has no such flag
    try {
      const { size } = fstatSync(descriptor)
      if (size > largestFile) throw new Error('too large')
      const text = Buffer.alloc(size)
      return text.toString('utf8', 0, readSync(descriptor, text)).replace(/\r?\n$/, '')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw new SottoError('file_unreadable', `The ${what} for Vault or OpenBao at ${path} cannot be read.`, {
      hint: `look whether it is there, and yours: ls -l ${shellWord(path)}`,
      cause: error,
    })
  }
}

function loginOf(env: KeyServiceEnvironment, login: string, address: string): Credentials {
  const mount = login.replace(/^auth\//, '')
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$/.test(mount) || mount.includes('..'))
    throw refused('SOTTO_TRANSIT_LOGIN is not the path of an auth method', 'as in approle, or kubernetes')
  const roleId = valueOf(env, 'SOTTO_TRANSIT_ROLE_ID')
  const role = valueOf(env, 'SOTTO_TRANSIT_ROLE')
  if (roleId !== undefined) {
    const file = valueOf(env, 'SOTTO_TRANSIT_SECRET_ID_FILE')
    const secret = file === undefined ? {} : { secret_id: readSettingFile(file, 'secret id') }
    return { kind: 'login', mount, input: { role_id: roleId, ...secret } }
  }
  if (role === undefined) {
    const what = `SOTTO_TRANSIT_LOGIN is set for transit:${address}, and no role`
    throw refused(what, 'set SOTTO_TRANSIT_ROLE_ID for AppRole, SOTTO_TRANSIT_ROLE for Kubernetes or JWT')
  }
  const file = valueOf(env, 'SOTTO_TRANSIT_JWT_FILE') ?? podTokenFile
  return { kind: 'login', mount, input: { role, jwt: readSettingFile(file, 'JWT') } }
}

function tokenOf(token: string, origin: string): Credentials {
  // Anything else would end the header, or the line of a log.
  if (!/^[\x21-\x7e]{1,8192}$/.test(token))
    throw refused(`${origin} does not hold a token`, 'look for blanks and line breaks')
  return { kind: 'token', token }
}

function valueOf(env: KeyServiceEnvironment, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

function refused(what: string, hint: string): SottoError {
  return new SottoError('key_service_refused', `${what}. Nothing was changed.`, { hint })
}
