/** Creating secrets and making new versions of them. */
import { SottoError, limits, requireName, requireValues, shown } from '@sotto/sdk/model'
import type { Scope, SecretInput, SecretSelector, SecretSet, SecretUpdate, SecretWrite } from '@sotto/sdk/model'
import { secretTable } from '../../store/secrets.ts'
import type { SecretRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { mergeLabels, requireDescription } from '../labels.ts'
import { findLiveSecret, findSecret, getSecret, scopeOf, scopeOwner, secretAccess } from './lookup.ts'
import { describe, newestVersion } from './secret-description.ts'
import { expiryAfter } from './secret-expiry.ts'
import { givenValues, openValues, wipe } from './secret-values.ts'
import type { OpenValue, OpenValues } from './secret-values.ts'
import { applyChange, compareValues, getVersion, keysText, requireVersion, writeVersion } from './secret-versions.ts'

/** Creates a secret. Throws `secret_exists`, and the codes of the rules for names and values. */
export async function createSecret(call: Call, input: SecretInput): Promise<SecretWrite> {
  requireInput(input)
  const owner = requireNewSecret(call, input)
  if ((await findLiveSecret(call, owner, input.name)) !== undefined) {
    const scope = scopeOf({ scope_owner: owner })
    throw new SottoError('secret_exists', `secret ${shown(input.name)} is already there in scope ${scope}`, {
      hint: `change it with sotto secret update ${input.name}, or create or merge with sotto secret set`,
      details: { name: input.name, scope },
    })
  }
  return insertSecret(call, input, owner)
}

/** Refuses whom the right to write it is missing; gives the owner of the scope that it would be made in. */
export function requireNewSecret(call: Call, input: SecretInput): string {
  const owner = scopeOwner(call, input.scope ?? defaultScope(call))
  call.ask(`secret ${input.name}`)
  call.require({ kind: 'secret', name: input.name, scopeOwner: owner }, 'write')
  return owner
}

/** Creates or merges each. One that is found by the lookup is merged into; a new one goes to the default scope. */
export async function setSecrets(
  call: Call,
  { secrets }: { readonly secrets: readonly SecretSet[] },
): Promise<{ secrets: readonly SecretWrite[] }> {
  requireSecretInputs(secrets)
  const written: SecretWrite[] = []
  for (const input of secrets) {
    const { name, scope, expectVersion } = input
    const present = await findSecret(call, { secret: name, scope })
    if (present === undefined && (expectVersion ?? 0) > 0) {
      call.ask(`secret ${name}`)
      throw new SottoError('version_conflict', `secret ${shown(name)} is not there, and was expected to be`, {
        hint: 'somebody has deleted or renamed it: sotto secret list --deleted',
      })
    }
    // One that was expected to be missing is refused as `secret_exists`.
    written.push(
      present === undefined || expectVersion === 0
        ? await createSecret(call, { ...input, ...(present && { scope: scopeOf(present) }) })
        : await updateSecret(call, { ...input, secret: present.id }),
    )
  }
  return { secrets: written }
}

/**
 * Changes a secret; makes a version only where a value, a key or a mark differs. Throws `secret_not_found`,
 * `version_conflict`, `key_not_found` for the removal of a key that is not there, and the codes of the rules.
 */
export async function updateSecret(call: Call, input: SecretUpdate): Promise<SecretWrite> {
  requireValues(input.values ?? {})
  const secret = await getSecret(call, input, 'write')
  call.ask(`secret ${secret.name}`)
  requireVersion(secret, input.expectVersion)
  const version = await newestVersion(call, secret)
  const facts = {
    description: requireDescription(input.description ?? secret.description),
    labels: mergeLabels(secret.labels, input.labels),
    expires_at: expiryAfter(call, input.expiresAt, secret.expires_at),
  }
  const present = await openValues(call, secret, version)
  const given = givenValues(input.values ?? {}, markOf(input, present))
  try {
    const wanted = wantedValues(secret, input, present, given)
    // Who may write and not read would find a value by trying, were he told that his own changed nothing.
    const rewritten = call.may(secretAccess(secret), 'read') ? undefined : new Set(given.keys())
    return await applyChange(call, { secret, version, facts, present, wanted, rewritten })
  } finally {
    wipe(present)
    wipe(given)
  }
}

/** Makes the values of an older version the newest; the facts beside them stay. Throws `version_not_found`, `version_conflict`. */
export async function rollbackSecret(
  call: Call,
  input: SecretSelector & { readonly version: number; readonly expectVersion?: number | undefined },
): Promise<SecretWrite> {
  const secret = await getSecret(call, input, 'write')
  requireVersion(secret, input.expectVersion)
  const version = await newestVersion(call, secret)
  const older = await getVersion(call, secret, input.version)
  const present = await openValues(call, secret, version)
  try {
    const wanted = await openValues(call, secret, older)
    try {
      return await applyChange(call, { secret, version, facts: {}, present, wanted, from: older.number })
    } finally {
      wipe(wanted)
    }
  } finally {
    wipe(present)
  }
}

async function insertSecret(call: Call, input: SecretInput, owner: string): Promise<SecretWrite> {
  const plain = new Set(input.plain)
  const values = givenValues(input.values, (key) => plain.has(key))
  try {
    requirePlainKeys(input, values)
    const secretId = call.newId()
    const ids = { secretId, number: 1, versionId: call.newId() }
    const row: SecretRow = {
      id: secretId,
      workspace_id: call.workspaceId,
      scope_owner: owner,
      owner: call.principal.id,
      name: input.name,
      version: 1,
      version_id: ids.versionId,
      description: requireDescription(input.description ?? ''),
      labels: mergeLabels('{}', input.labels),
      created_at: call.nowMs,
      updated_at: call.nowMs,
      deleted_at: null,
      expires_at: expiryAfter(call, input.expiresAt, null),
      keys: keysText(values),
    }
    await call.rows.insert(secretTable, row)
    await writeVersion(call, ids, values, compareValues(new Map(), values))
    const written = [...values.keys()].toSorted()
    call.event({
      object: `secret ${row.name}`,
      objectId: row.id,
      detail: { version: 1, scope: scopeOf(row), written },
    })
    return { secret: await describe(call, row), outcome: 'created', written, removed: [] }
  } finally {
    wipe(values)
  }
}

/** The values that the secret is to have. */
function wantedValues(secret: SecretRow, input: SecretUpdate, present: OpenValues, given: OpenValues): OpenValues {
  const remove = input.remove ?? []
  const twice = remove.filter((key) => given.has(key))
  if (twice.length > 0)
    throw new SottoError('input_invalid', `${twice.map(shown).join(', ')}: a key cannot be written and removed at once`)
  const absent = remove.filter((key) => !present.has(key))
  if (absent.length > 0) throw keyNotFound(secret, absent)
  const wanted = new Map<string, OpenValue>(input.replace === true ? [] : present)
  for (const key of remove) wanted.delete(key)
  for (const [key, value] of given) wanted.set(key, value)
  for (const key of input.plain ?? []) {
    const value = wanted.get(key)
    if (value !== undefined) wanted.set(key, { ...value, plain: true })
  }
  requirePlainKeys(input, wanted)
  requireSize(wanted)
  return wanted
}

/** A written key keeps its mark, unless this write names its plain keys. */
function markOf(input: SecretUpdate, present: OpenValues): (key: string) => boolean {
  const { plain } = input
  return plain === undefined ? (key) => present.get(key)?.plain ?? false : (key) => plain.includes(key)
}

function defaultScope(call: Call): Scope {
  return call.principal.kind === 'user' ? 'user' : 'workspace'
}

/** Refuses names and values outside the rules, and a secret that is given twice. */
export function requireSecretInputs(secrets: readonly SecretInput[]): void {
  const seen = new Set<string>()
  for (const input of secrets) {
    requireInput(input)
    const place = `${input.scope ?? ''} ${input.name}`
    if (seen.has(place)) throw new SottoError('input_invalid', `secret ${shown(input.name)} is given twice`)
    seen.add(place)
  }
}

function requireInput(input: SecretInput): void {
  requireName('secret', input.name)
  requireValues(input.values)
}

function requirePlainKeys(
  { plain = [] }: { readonly plain?: readonly string[] | undefined },
  values: OpenValues,
): void {
  const absent = plain.filter((key) => !values.has(key))
  if (absent.length > 0)
    throw new SottoError(
      'input_invalid',
      `${absent.map(shown).join(', ')} cannot be marked plain: the secret has no such key`,
    )
}

/** The limits hold for what a merge makes, not only for what it brings. */
function requireSize(values: OpenValues): void {
  let total = 0
  for (const { bytes } of values.values()) total += bytes.length
  if (values.size <= limits.keysPerVersion && total <= limits.versionBytes) return
  throw new SottoError('value_too_large', 'the secret would have more than 1,024 keys or 4 MiB', {
    hint: 'keep large data in the artifact store and its credentials in a secret',
  })
}

/** Keys that a secret does not have. */
export function keyNotFound(secret: Pick<SecretRow, 'name'>, keys: readonly string[]): SottoError {
  return new SottoError('key_not_found', `secret ${shown(secret.name)} has no key ${keys.map(shown).join(', ')}`, {
    hint: `sotto secret describe ${secret.name}`,
    details: { name: secret.name, keys },
  })
}
