/**
 * What the audit chain says of the keyring, held against the keyring. Its blob says that Sotto wrote it, not that it wrote
 * it last: whoever can write the database could put an older one back, and with it a root key that was changed. But every
 * change of the keys leaves its generation in its event.
 */
import type { AuditEventRow } from '../../store/audit.ts'

export class KeyringHistory {
  /** As the events left it; `undefined` as long as none has told. */
  #generation: number | undefined
  #sequence = 0

  /** The next event of the chain. */
  follow(event: AuditEventRow): void {
    const generation = event.sequence === 1 ? 1 : generationOf(event)
    if (generation === undefined) return
    this.#generation = generation
    this.#sequence = event.sequence
  }

  /** What is wrong with a keyring of this generation; `undefined` where nothing is. */
  compare(generation: number): string | undefined {
    if (this.#generation === undefined || this.#generation === generation) return undefined
    const left = `event ${String(this.#sequence)} left generation ${String(this.#generation)}`
    return `the keyring is of generation ${String(generation)}, but ${left}: another one was put in its place`
  }
}

function generationOf({ detail, outcome }: AuditEventRow): number | undefined {
  if (outcome !== 'done' || !detail.includes('"keyring":')) return undefined
  try {
    const { keyring } = JSON.parse(detail) as { readonly keyring?: unknown } // looked at below
    return typeof keyring === 'number' ? keyring : undefined
  } catch {
    return undefined // the walk over the chain names an event that was altered
  }
}
