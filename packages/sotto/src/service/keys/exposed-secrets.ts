/** Which secrets have to be changed where they come from, when somebody may have seen the keys of the store. */
import type { ExposedSecret } from '@sotto/sdk/model'
import { secretTable } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { scopeOf } from '../secrets/lookup.ts'
import { newestVersion, versionKeys } from '../secrets/secret-description.ts'

/** All that the caller may describe, by name, with what references them. */
export async function listExposedSecrets(call: Call): Promise<readonly ExposedSecret[]> {
  const secrets = await call.rows.list(secretTable, 'WHERE deleted_at IS NULL ORDER BY name, scope_owner', [])
  const references = await countReferences(call)
  const exposed: ExposedSecret[] = []
  for (const secret of secrets) {
    const { name, scope_owner: scopeOwner } = secret
    if (!call.may({ kind: 'secret', name, scopeOwner }, 'describe')) continue
    const keys = versionKeys(await newestVersion(call, secret)).map((key) => key.name)
    exposed.push({ name, scope: scopeOf(secret), keys, references: references.get(name) ?? 0 })
  }
  return exposed
}

async function countReferences({ tx }: Call): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.all('SELECT secret_name, COUNT(*) AS places FROM reference GROUP BY secret_name')
  return new Map(rows.map((row) => [String(row['secret_name']), Number(row['places'])]))
}
