/**
 * The rule of two keys. Who may edit an address decides where a password goes, so a secret resolves inside an object only
 * if everybody whose text the object holds may read it, beside the principal of the run: else a deputy with the right
 * would be confused into sending it to an address of somebody without. A secret in a `user` scope may be read by its
 * owner alone, so it resolves only inside what its owner wrote, or has accepted as it is now (`sotto stack trust`).
 */
import type { Id } from '@sotto/sdk/model'
import type { SecretRow } from '../../store/secrets.ts'
import { acceptanceTable } from '../../store/stacks.ts'
import { principalTable } from '../../store/principals.ts'
import type { PrincipalRow } from '../../store/principals.ts'
import { allows } from '../access.ts'
import type { Access } from '../access.ts'
import type { Call } from '../call.ts'
import { secretAccess } from '../secrets/lookup.ts'
import { listBatch } from '../row-batches.ts'
import type { Source } from './text-source.ts'

/** Somebody whose text an object holds, and who may act. */
interface Author {
  readonly principal: PrincipalRow
  readonly access: Access
}

const none: ReadonlyMap<Id, Access> = new Map()

export class Trust {
  readonly #authors: ReadonlyMap<Id, Author>
  /** Digests of the texts that the caller accepted, by object. */
  readonly #accepted: ReadonlyMap<Id, string>

  constructor(authors: readonly Author[], accepted: ReadonlyMap<Id, string>) {
    this.#authors = new Map(authors.map((author) => [author.principal.id, author]))
    this.#accepted = accepted
  }

  /** Loads, in a statement each, the other authors, what they were granted and what the caller accepted. Throws `row_altered`. */
  static async load(call: Call, sources: readonly Source[]): Promise<Trust> {
    const foreign = sources.filter(({ author }) => author !== call.principal.id)
    const others = foreign.map(({ author }) => author)
    const rows = await listBatch(call.rows, principalTable, { column: 'id', values: others })
    const objects = foreign.map(({ object }) => object.id)
    const accepted = await listAccepted(call, objects)
    const acting = rows.filter((row) => row.disabled_at === null && row.deleted_at === null)
    const access = acting.length === 0 ? none : await call.parts.access.load(call.rows, call.workspaceId, acting)
    const loaded = acting.flatMap((principal): Author[] => {
      const found = access.get(principal.id)
      return found === undefined ? [] : [{ principal, access: found }]
    })
    return new Trust([{ principal: call.principal, access: call.access }, ...loaded], accepted)
  }

  /** May the secret go where these texts stand? */
  holds(secret: SecretRow, sources: Iterable<Source>): boolean {
    for (const source of sources) if (!this.#answersFor(secret, source)) return false
    return true
  }

  /** One who was disabled or deleted answers for nothing. A secret in a `user` scope that is found is the caller's own. */
  #answersFor(secret: SecretRow, { author: id, object }: Source): boolean {
    if (secret.scope_owner !== '') return id === secret.scope_owner || this.#accepted.get(object.id) === object.digest()
    const author = this.#authors.get(id)
    return author !== undefined && allows(author.access, author.principal, 'read', secretAccess(secret))
  }
}

/** What the caller accepted of these objects: digests by id. */
export async function listAccepted(call: Call, objects: readonly Id[]): Promise<ReadonlyMap<Id, string>> {
  const rows = await listBatch(call.rows, acceptanceTable, {
    where: 'principal_id = $1 AND',
    params: [call.principal.id],
    column: 'object_id',
    values: objects,
  })
  return new Map(rows.map((row) => [row.object_id, row.digest]))
}
