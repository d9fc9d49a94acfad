/**
 * Comparing values without revealing them. Whoever may write one value and compare it with another finds the other by
 * trying, so both sides need the right to read; and since blobs are opened, each side leaves an event, as a reveal does.
 */
import type { SecretDiff, SecretInput, SecretPreview, VersionSelector } from '@sotto/sdk/model'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { findSecret, getSecret, scopeOf, secretAccess } from './lookup.ts'
import { newestVersion, versionKeys } from './secret-description.ts'
import { givenValues, openValues, wipe } from './secret-values.ts'
import type { OpenValues } from './secret-values.ts'
import { compareValues, getVersion } from './secret-versions.ts'
import { requireNewSecret, requireSecretInputs } from './secret-write.ts'

interface Side {
  readonly secret: SecretRow
  readonly version: SecretVersionRow
}

/** Compares two versions. Throws `secret_not_found`, `version_not_found`, `forbidden`. */
export async function diffSecrets(
  call: Call,
  input: { readonly left: VersionSelector; readonly right: VersionSelector },
): Promise<SecretDiff> {
  const left = await findSide(call, input.left)
  const right = await findSide(call, input.right)
  const leftKeys = versionKeys(left.version).map(({ name }) => name)
  const rightKeys = versionKeys(right.version).map(({ name }) => name)
  const common = leftKeys.filter((key) => rightKeys.includes(key))
  const changed = await changedKeys(call, left, right, common)
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const detail = { version: side.version.number, compared: common, with: nameOf(other) }
    call.event({ object: `secret ${side.secret.name}`, objectId: side.secret.id, detail })
  }
  return {
    left: shape(left),
    right: shape(right),
    added: rightKeys.filter((key) => !leftKeys.includes(key)),
    changed,
    removed: leftKeys.filter((key) => !rightKeys.includes(key)),
    unchanged: common.filter((key) => !changed.includes(key)),
  }
}

/** What `setSecrets` would do. For a secret that is not there it needs the right to write it, as the write will. */
export async function previewSecrets(
  call: Call,
  { secrets }: { readonly secrets: readonly SecretInput[] },
): Promise<{ secrets: readonly SecretPreview[] }> {
  requireSecretInputs(secrets)
  const previews: SecretPreview[] = []
  for (const input of secrets) {
    call.ask(`secret ${input.name}`)
    const present = await findSecret(call, { secret: input.name, scope: input.scope })
    previews.push(present === undefined ? previewNew(call, input) : await previewMerge(call, input, present))
  }
  return { secrets: previews }
}

function previewNew(call: Call, input: SecretInput): SecretPreview {
  const scope = scopeOf({ scope_owner: requireNewSecret(call, input) })
  call.event({ object: `secret ${input.name}`, objectId: '', detail: { compared: [] } })
  const added = Object.keys(input.values).toSorted()
  return { name: input.name, scope, version: 0, added, changed: [], unchanged: [] }
}

async function previewMerge(call: Call, input: SecretInput, secret: SecretRow): Promise<SecretPreview> {
  call.require(secretAccess(secret), 'write')
  call.require(secretAccess(secret), 'read')
  const version = await newestVersion(call, secret)
  const { plain } = input
  const keys = versionKeys(version)
  const common = keys.map(({ name }) => name).filter((key) => Object.hasOwn(input.values, key))
  const present = await openValues(call, secret, version, common)
  const marks = new Set(plain ?? keys.filter((key) => key.plain).map(({ name }) => name))
  const given = givenValues(input.values, (key) => marks.has(key))
  try {
    const { added, changed } = compareValues(present, given)
    call.event({
      object: `secret ${secret.name}`,
      objectId: secret.id,
      detail: { version: version.number, compared: common },
    })
    const unchanged = common.filter((key) => !changed.includes(key))
    return { name: secret.name, scope: scopeOf(secret), version: secret.version, added, changed, unchanged }
  } finally {
    wipe(present)
    wipe(given)
  }
}

async function findSide(call: Call, selector: VersionSelector): Promise<Side> {
  const secret = await getSecret(call, selector, 'read')
  return { secret, version: await getVersion(call, secret, selector.version) }
}

async function changedKeys(call: Call, left: Side, right: Side, keys: readonly string[]): Promise<readonly string[]> {
  const opened: OpenValues[] = []
  try {
    for (const { secret, version } of [left, right]) opened.push(await openValues(call, secret, version, keys))
    const [before = new Map(), after = new Map()] = opened
    return compareValues(before, after).changed
  } finally {
    for (const values of opened) wipe(values)
  }
}

function shape({ secret, version }: Side): SecretDiff['left'] {
  return { id: secret.id, name: secret.name, scope: scopeOf(secret), version: version.number }
}

function nameOf({ secret, version }: Side): string {
  return `secret ${secret.name}@${String(version.number)}`
}
