/** What a write tells: the keys it stored, scope and version, and how to fetch them. Never a value. */
import { shown } from '@sotto/sdk/model'
import type { SecretWrite } from '@sotto/sdk/model'

export function writeWords({ secret, outcome, written, removed }: SecretWrite): readonly string[] {
  const what = `secret ${shown(secret.name)} (scope ${secret.scope}, version ${String(secret.version)})`
  if (outcome === 'unchanged') return [`${what} is unchanged`]
  const parts = [
    ...(written.length === 0 ? [] : [`${outcome === 'created' ? '' : 'wrote '}${written.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removed ${removed.join(', ')}`]),
  ]
  const did = `${outcome} ${what}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`
  const [key] = written
  return key === undefined ? [did] : [did, `fetch: sotto secret get ${secret.name} ${key}`]
}
