/** What every role of the crash test works with. */
import type { Api, SecretDescription } from '@sotto/sdk/model'
import type { Journal, Told } from './journal.ts'

export interface Worker {
  readonly api: Api
  readonly journal: Journal
  /** The name of this process, which no other one has. */
  readonly name: string
  /** Of the store, the journals and the backups. */
  readonly folder: string
  /** Resolves when the worker may go on. */
  readonly turn: () => Promise<void>
  /** With a fault: which of the backups is restored in the place of the first. */
  readonly restored?: ((files: readonly string[]) => string | undefined) | undefined
}

export function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}

export function toldOf({ id, name, version }: SecretDescription, digest?: string): Told {
  return { id, name, version, ...(digest === undefined ? {} : { digest }) }
}
