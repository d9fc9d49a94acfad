/**
 * The rule of two keys. Who may edit an address decides where a password goes, so a secret resolves inside an object only
 * if everybody whose text the object holds may read it, beside the principal of the run: else a deputy with the right
 * would be confused into sending it to an address of somebody without. A secret in a `user` scope may be read by its
 * owner alone, so it resolves only inside what its owner wrote.
 *
 * A text whose present digest the owner has accepted (`sotto stack trust`) will be the one exception; it is decided here.
 */
import type { Id } from '@sotto/sdk/model'
import type { SecretRow } from '../../store/secrets.ts'
import { principalTable } from '../../store/principals.ts'
import type { PrincipalRow } from '../../store/principals.ts'
import { allows } from '../access.ts'
import type { Access } from '../access.ts'
import type { Call } from '../call.ts'
import { secretAccess } from '../secrets/lookup.ts'
import { listBatch } from '../row-batches.ts'

/** Somebody whose text an object holds, and who may act. */
interface Author {
  readonly principal: PrincipalRow
  readonly access: Access
}

const none: ReadonlyMap<Id, Access> = new Map()

export class Trust {
  readonly #authors: ReadonlyMap<Id, Author>

  constructor(authors: readonly Author[]) {
    this.#authors = new Map(authors.map((author) => [author.principal.id, author]))
  }

  /** Loads the authors in one statement. Throws `row_altered`. */
  static async load(call: Call, authorIds: Iterable<Id>): Promise<Trust> {
    const others = [...new Set(authorIds)].filter((id) => id !== call.principal.id)
    const rows = await listBatch(call.rows, principalTable, { column: 'id', values: others })
    const acting = rows.filter((row) => row.disabled_at === null && row.deleted_at === null)
    const access = acting.length === 0 ? none : await call.parts.access.load(call.rows, call.workspaceId, acting)
    const loaded = acting.flatMap((principal): Author[] => {
      const found = access.get(principal.id)
      return found === undefined ? [] : [{ principal, access: found }]
    })
    return new Trust([{ principal: call.principal, access: call.access }, ...loaded])
  }

  /** May the secret go where these principals wrote? One who was disabled or deleted may read nothing. */
  holds(secret: SecretRow, authors: Iterable<Id>): boolean {
    const object = secretAccess(secret)
    for (const id of authors) {
      const author = this.#authors.get(id)
      if (author === undefined || !allows(author.access, author.principal, 'read', object)) return false
    }
    return true
  }
}
