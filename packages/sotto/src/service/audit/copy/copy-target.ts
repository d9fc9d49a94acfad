import { SottoError } from '@sotto/sdk/model'
import type { LiveKeyring } from '../../../store/live-keyring.ts'
import type { Store } from '../../../store/store.ts'

export interface CopyParts {
  readonly store: Store
  readonly keyring: LiveKeyring
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Where a copy goes. */
export interface CopyTarget {
  /** Brings it up to the end of the chain. Throws where it cannot. */
  bring(): Promise<void>
  /** Gives back what it holds; the next `bring` opens it again. */
  close(): void
}

/** Why the copy does not hold what happened. */
export function copyError(where: string, why: string): SottoError {
  return new SottoError('audit_copy_failed', `the copy of the audit log, ${where}, ${why}`, {
    hint: 'until it can be written no value is revealed: free space, or correct SOTTO_AUDIT_COPY; the chain in the store is whole',
  })
}
