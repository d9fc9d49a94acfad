/**
 * Answering for texts of others. To trust a stack is to let one's own secrets go where its texts say, as they are now; to
 * adopt it is to become their author, so that the secrets of the workspace go there that one may read. Both are done with
 * the digest of what was looked at, so that nobody answers for an edit that came between.
 */
import { createHash } from 'node:crypto'
import { SottoError, shown } from '@sotto/sdk/model'
import type { Id, Json, StackTrust, StackTrustInput } from '@sotto/sdk/model'
import { collectReferences } from '@sotto/sdk/references'
import { canonicalJson } from '../../store/canonical-json.ts'
import { componentTable } from '../../store/components.ts'
import type { ComponentRow } from '../../store/components.ts'
import { acceptanceTable, stackTable } from '../../store/stacks.ts'
import type { StackRow } from '../../store/stacks.ts'
import type { Call } from '../call.ts'
import type { Handlers } from '../door.ts'
import { indexReferences } from '../references/references-index.ts'
import { componentText, stackText } from '../references/text-source.ts'
import type { TextObject } from '../references/text-source.ts'
import { listAccepted } from '../references/trust.ts'
import { findSecret, secretAccess } from '../secrets/lookup.ts'
import { principalName } from '../secrets/secret-description.ts'
import {
  componentAccess,
  componentNotFound,
  componentTitle,
  componentTypeOf,
  storedAttributes,
} from './component-lookup.ts'
import { getStack, loadMembers, storedSettings } from './stack-lookup.ts'
import { indexSettings } from './stack-settings.ts'

export const stackTrustHandlers: Handlers<'describeStackTrust' | 'trustStack' | 'adoptStack'> = {
  describeStackTrust: async (call, { stack }) =>
    describeTrust(call, await loadTexts(call, await getStack(call, stack))),

  trustStack: async (call, input) => {
    const texts = await loadTexts(call, await getStack(call, input.stack))
    requireDigest(texts, input)
    for (const { object } of textsOf(texts)) {
      const key = { principal_id: call.principal.id, object_id: object.id }
      const row = { ...key, digest: object.digest(), accepted_at: call.nowMs }
      await call.rows.delete(acceptanceTable, row)
      await call.rows.insert(acceptanceTable, row)
    }
    call.event({ object: `stack ${texts.row.name}`, objectId: texts.row.id, detail: { digest: digestOf(texts) } })
    return describeTrust(call, texts)
  },

  adoptStack: async (call, input) => {
    const texts = await loadTexts(call, await getStack(call, input.stack))
    requireDigest(texts, input)
    const author = call.principal.id
    for (const component of texts.components) {
      if (component.author === author) continue
      call.require(componentAccess(component), 'write')
      await adoptComponent(call, { ...component, author, updated_at: call.nowMs })
    }
    await adoptSettings(call, texts.row)
    call.event({ object: `stack ${texts.row.name}`, objectId: texts.row.id, detail: { digest: digestOf(texts) } })
    return describeTrust(call, await loadTexts(call, await getStack(call, texts.row.id)))
  },
}

/** A stack with its components, each of which the caller may describe. */
interface StackTexts {
  readonly row: StackRow
  readonly components: readonly ComponentRow[]
}

async function loadTexts(call: Call, row: StackRow): Promise<StackTexts> {
  const components = [...(await loadMembers(call, row)).values()]
  for (const component of components)
    if (!call.may(componentAccess(component), 'describe'))
      throw await componentNotFound(call, componentTypeOf(component), component.name)
  return { row, components }
}

function textsOf({ row, components }: StackTexts): readonly {
  readonly title: string
  readonly object: TextObject
  readonly authors: ReadonlySet<Id>
}[] {
  const settings = Object.values(storedSettings(row)).map(({ author }) => author)
  return [
    ...components.map((component) => ({
      title: componentTitle(component),
      object: componentText(component),
      authors: new Set([component.author]),
    })),
    { title: `stack ${row.name}`, object: stackText(row), authors: new Set([row.author, ...settings]) },
  ]
}

async function describeTrust(call: Call, texts: StackTexts): Promise<StackTrust> {
  const all = textsOf(texts)
  const accepted = await listAccepted(
    call,
    all.map(({ object }) => object.id),
  )
  const described: StackTrust['texts'][number][] = []
  for (const { title, object, authors } of all) {
    const names: string[] = []
    for (const author of authors) names.push(await principalName(call, author))
    described.push({
      object: title,
      authors: names.toSorted(),
      own: authors.size === 1 && authors.has(call.principal.id),
      accepted: accepted.get(object.id) === object.digest(),
    })
  }
  return { stack: texts.row.name, digest: digestOf(texts), texts: described }
}

function digestOf(texts: StackTexts): string {
  const hash = createHash('sha256')
  for (const { object } of textsOf(texts)) hash.update(object.digest())
  return hash.digest('hex')
}

function requireDigest(texts: StackTexts, { digest }: StackTrustInput): void {
  if (digest === undefined || digest === digestOf(texts)) return
  throw new SottoError('version_conflict', `stack ${shown(texts.row.name)} was changed since it was looked at`, {
    hint: `look at it again: sotto stack describe ${texts.row.name}`,
  })
}

async function adoptComponent(call: Call, row: ComponentRow): Promise<void> {
  const references = await requireReadable(call, storedAttributes(row))
  await call.rows.update(componentTable, row)
  await indexReferences(
    call,
    { kind: 'component', id: row.id },
    references.map((reference) => ({ ...reference, author: row.author })),
  )
}

async function adoptSettings(call: Call, row: StackRow): Promise<void> {
  const author = call.principal.id
  const settings = Object.entries(storedSettings(row))
  await requireReadable(call, Object.fromEntries(settings.map(([name, { value }]) => [name, value])))
  const adopted: StackRow = {
    ...row,
    settings: canonicalJson(Object.fromEntries(settings.map(([name, { value }]) => [name, { value, author }]))),
    author,
    updated_at: call.nowMs,
  }
  await call.rows.update(stackTable, adopted)
  await indexSettings(call, adopted)
}

/** An author who may not read what a text refers to helps nobody. What is missing, or looks so, stands in nobody's way. */
async function requireReadable(call: Call, value: Json): Promise<ReturnType<typeof collectReferences>> {
  const references = collectReferences(value, '')
  for (const name of new Set(references.map(({ reference }) => reference.name))) {
    const secret = await findSecret(call, { secret: name, scope: 'workspace' })
    if (secret !== undefined) call.require(secretAccess(secret), 'read')
  }
  return references
}
