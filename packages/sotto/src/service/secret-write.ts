/** Creating secrets and making new versions of them. */
import { timingSafeEqual } from 'node:crypto'
import { SottoError, limits, requireName, requireValues, shown } from '@sotto/sdk/model'
import type { Scope, SecretInput, SecretKey, SecretUpdate, SecretWrite } from '@sotto/sdk/model'
import { secretTable, secretVersionTable } from '../store/secrets.ts'
import type { SecretRow, SecretVersionRow } from '../store/secrets.ts'
import type { Call } from './call.ts'
import { mergeLabels, requireDescription } from './labels.ts'
import { findLiveSecret, findSecret, getSecret, scopeOf, scopeOwner } from './lookup.ts'
import { describe, newestVersion } from './secret-description.ts'
import type { VersionChanges } from './secret-description.ts'
import { givenValues, openValues, sealValues, wipe } from './secret-values.ts'
import type { OpenValue, OpenValues } from './secret-values.ts'

/** Creates a secret. Throws `secret_exists`, and the codes of the rules for names and values. */
export async function createSecret(call: Call, input: SecretInput): Promise<SecretWrite> {
  requireInput(input)
  const owner = scopeOwner(call, input.scope ?? defaultScope(call))
  call.ask(`secret ${input.name}`)
  call.require({ kind: 'secret', name: input.name, scopeOwner: owner }, 'write')
  if ((await findLiveSecret(call, owner, input.name)) !== undefined) {
    const scope = scopeOf({ scope_owner: owner })
    throw new SottoError('secret_exists', `secret ${shown(input.name)} is already there in scope ${scope}`, {
      hint: `change it with sotto secret update ${input.name}, or create or merge with sotto secret set`,
      details: { name: input.name, scope },
    })
  }
  return insertSecret(call, input, owner)
}

/** Creates or merges each. One that is found by the lookup is merged into; a new one goes to the default scope. */
export async function setSecrets(
  call: Call,
  { secrets }: { readonly secrets: readonly SecretInput[] },
): Promise<{ secrets: readonly SecretWrite[] }> {
  for (const input of secrets) requireInput(input)
  requireOnce(secrets)
  const written: SecretWrite[] = []
  for (const input of secrets) {
    const { name, scope } = input
    const present = await findSecret(call, { secret: name, scope })
    written.push(
      present === undefined
        ? await createSecret(call, input)
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
  const version = await newestVersion(call, secret)
  if (input.expectVersion !== undefined && input.expectVersion !== secret.version)
    throw versionConflict(secret, input.expectVersion)
  const description = requireDescription(input.description ?? secret.description)
  const facts = { description, labels: mergeLabels(secret.labels, input.labels) }

  const present = await openValues(call, secret, version)
  const given = givenValues(input.values ?? {}, markOf(input, present))
  try {
    const wanted = wantedValues(secret, input, present, given)
    const changes = compareValues(present, wanted)
    const sameFacts = facts.description === secret.description && facts.labels === secret.labels
    if (isEmpty(changes) && sameFacts) return await answerUnchanged(call, secret, version)
    const next = isEmpty(changes)
      ? version
      : await writeVersion(call, { secretId: secret.id, number: secret.version + 1 }, wanted, changes)
    const row: SecretRow = { ...secret, ...facts, version: next.number, version_id: next.id, updated_at: call.nowMs }
    await call.rows.update(secretTable, row)
    const written = [...changes.added, ...changes.changed].toSorted()
    call.event({
      object: `secret ${row.name}`,
      objectId: row.id,
      detail: { version: row.version, written, removed: changes.removed },
    })
    return { secret: await describe(call, row, next), outcome: 'updated', written, removed: changes.removed }
  } finally {
    wipe(present)
    wipe(given)
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
      expires_at: null,
    }
    await call.rows.insert(secretTable, row)
    const version = await writeVersion(call, ids, values, compareValues(new Map(), values))
    const written = [...values.keys()].toSorted()
    call.event({
      object: `secret ${row.name}`,
      objectId: row.id,
      detail: { version: 1, scope: scopeOf(row), written },
    })
    return { secret: await describe(call, row, version), outcome: 'created', written, removed: [] }
  } finally {
    wipe(values)
  }
}

/** Writes the row of a version and its sealed values. */
async function writeVersion(
  call: Call,
  { secretId, number, versionId = call.newId() }: { secretId: string; number: number; versionId?: string },
  values: OpenValues,
  changes: VersionChanges,
): Promise<SecretVersionRow> {
  const keys: readonly SecretKey[] = [...values]
    .map(([name, { encoding, plain }]) => ({ name, encoding, plain }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const row: SecretVersionRow = {
    id: versionId,
    secret_id: secretId,
    number,
    secrets_store: 'sql',
    locator: '',
    keys: JSON.stringify(keys),
    changes: JSON.stringify(changes),
    author: call.principal.id,
    created_at: call.nowMs,
  }
  await call.rows.insert(secretVersionTable, row)
  await sealValues(call, { secretId, versionId }, values)
  return row
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

/** What differs, as names of keys, sorted. Values of one length are compared in constant time. */
function compareValues(present: OpenValues, wanted: OpenValues): VersionChanges {
  const names = [...wanted.keys()].toSorted()
  return {
    added: names.filter((key) => !present.has(key)),
    changed: names.filter((key) => {
      const [before, after] = [present.get(key), wanted.get(key)]
      return before !== undefined && after !== undefined && !sameValue(before, after)
    }),
    removed: [...present.keys()].filter((key) => !wanted.has(key)).toSorted(),
  }
}

function sameValue(left: OpenValue, right: OpenValue): boolean {
  if (left.encoding !== right.encoding || left.plain !== right.plain) return false
  return left.bytes.length === right.bytes.length && timingSafeEqual(left.bytes, right.bytes)
}

function isEmpty({ added, changed, removed }: VersionChanges): boolean {
  return added.length + changed.length + removed.length === 0
}

async function answerUnchanged(call: Call, secret: SecretRow, version: SecretVersionRow): Promise<SecretWrite> {
  call.event({
    object: `secret ${secret.name}`,
    objectId: secret.id,
    detail: { version: secret.version, unchanged: true },
  })
  return { secret: await describe(call, secret, version), outcome: 'unchanged', written: [], removed: [] }
}

function defaultScope(call: Call): Scope {
  return call.principal.kind === 'user' ? 'user' : 'workspace'
}

function requireInput(input: SecretInput): void {
  requireName('secret', input.name)
  requireValues(input.values)
}

function requireOnce(secrets: readonly SecretInput[]): void {
  const twice = secrets.find(
    (input, index) => secrets.findIndex(({ name, scope }) => name === input.name && scope === input.scope) !== index,
  )
  if (twice !== undefined) throw new SottoError('input_invalid', `secret ${shown(twice.name)} is given twice`)
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

function versionConflict(secret: SecretRow, expected: number): SottoError {
  return new SottoError(
    'version_conflict',
    `secret ${shown(secret.name)} has version ${String(secret.version)}, not ${String(expected)}`,
    {
      hint: `look at what changed: sotto secret history ${secret.name}`,
      details: { version: secret.version, expected },
    },
  )
}

/** Keys that a secret does not have. */
export function keyNotFound(secret: Pick<SecretRow, 'name'>, keys: readonly string[]): SottoError {
  return new SottoError('key_not_found', `secret ${shown(secret.name)} has no key ${keys.map(shown).join(', ')}`, {
    hint: `sotto secret describe ${secret.name}`,
    details: { name: secret.name, keys },
  })
}
