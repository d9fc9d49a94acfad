/** The index of references, rewritten in the transaction that writes their object. It is shown, never decided from. */
import type { Id } from '@sotto/sdk/model'
import type { PlacedReference } from '@sotto/sdk/references'
import { referenceTable } from '../../store/components.ts'
import type { Call } from '../call.ts'

/** The component or stack in which references stand. */
export interface ReferringObject {
  readonly kind: 'component' | 'stack'
  readonly id: Id
}

/** A reference and the principal who wrote it. */
export interface AuthoredReference extends PlacedReference {
  readonly author: Id
}

/** Replaces what the index holds of the object. */
export async function indexReferences(
  call: Call,
  object: ReferringObject,
  references: readonly AuthoredReference[],
): Promise<void> {
  await removeReferences(call, object.id)
  // Counted over the whole object: `a.b` is the path of two strings where one name has a dot.
  const counts = new Map<string, number>()
  for (const { path, reference, author } of references) {
    const position = counts.get(path) ?? 0
    counts.set(path, position + 1)
    await call.rows.insert(referenceTable, {
      workspace_id: call.workspaceId,
      object_kind: object.kind,
      object_id: object.id,
      path,
      position,
      secret_name: reference.name,
      key: reference.key,
      version: reference.version ?? null,
      author,
    })
  }
}

/** For an object that is deleted. */
export async function removeReferences(call: Call, objectId: Id): Promise<void> {
  await call.tx.run('DELETE FROM reference WHERE object_id = $1', [objectId])
}
