/** What a write tells: the keys it stored, scope and version, and how to fetch them. Never a value. */
import { shown } from '@sotto/sdk/model'
import type { SecretDescription, SecretWrite } from '@sotto/sdk/model'
import { shortTime } from '../print/time.ts'

export function writeWords({ secret, outcome, written, removed }: SecretWrite, now: Date): readonly string[] {
  const what = `secret ${shown(secret.name)} (scope ${secret.scope}, version ${String(secret.version)})`
  const expiry = expiryWords(secret, now)
  if (outcome === 'unchanged') return [`${what} is unchanged`, ...expiry]
  const parts = [
    ...(written.length === 0 ? [] : [`${outcome === 'created' ? '' : 'wrote '}${written.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(', ')}`]),
  ]
  const did = `${outcome} ${what}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`
  const [key] = written
  return [did, ...expiry, ...(key === undefined ? [] : [`fetch: sotto secret get ${secret.name} ${key}`])]
}

function expiryWords({ name, expiresAt }: SecretDescription, now: Date): readonly string[] {
  if (expiresAt === undefined) return []
  if (Date.parse(expiresAt) > now.getTime()) return [`it expires ${shortTime(expiresAt)}`]
  return [`it expired ${shortTime(expiresAt)} and is refused; renew it: sotto secret update ${name} --expires 30d`]
}
