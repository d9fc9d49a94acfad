/** Where a text of a stack comes from: the object that it stands in, and who wrote it. */
import { createHash } from 'node:crypto'
import type { Id } from '@sotto/sdk/model'
import type { ComponentRow } from '../../store/components.ts'
import type { StackRow } from '../../store/stacks.ts'
import { storedSettings } from '../stacks/stack-lookup.ts'

/** A component with its attributes, or a stack with its members and settings. */
export interface TextObject {
  readonly id: Id
  /** Changes with every edit of the text, and with nothing else. 64 hex digits. */
  digest(): string
}

/** Somebody's text in an object. */
export interface Source {
  readonly author: Id
  readonly object: TextObject
}

export function componentText({ id, type, flavor, attributes }: ComponentRow): TextObject {
  return { id, digest: () => digestOf('component', id, type, flavor, attributes) }
}

export function stackText(row: StackRow): TextObject {
  const settings = Object.entries(storedSettings(row)).map(([name, { value }]) => [name, value])
  return { id: row.id, digest: () => digestOf('stack', row.id, row.components, JSON.stringify(settings)) }
}

/** The sources of an object's texts, one for each author: the same author is the same object. */
export class Sources {
  readonly #object: TextObject
  readonly #byAuthor = new Map<Id, Source>()

  constructor(object: TextObject) {
    this.#object = object
  }

  of(author: Id): Source {
    let source = this.#byAuthor.get(author)
    if (source === undefined) this.#byAuthor.set(author, (source = { author, object: this.#object }))
    return source
  }
}

function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
