/** What the service is made of, passed in from outside. */
import type { Flavor, Id } from '@sotto/sdk/model'
import type { IdentityVerifier } from '../identity/identity-verifier.ts'
import type { RandomSource } from '../keys/random.ts'
import type { KeyServices } from '../keys/root-key-service.ts'
import type { AuditChain } from '../store/audit-chain.ts'
import type { LiveKeyring } from '../store/live-keyring.ts'
import type { Store } from '../store/store.ts'
import type { AccessSource } from './access.ts'
import type { AuditCopy } from './audit/copy/audit-copy.ts'

export interface ServiceParts {
  readonly store: Store
  readonly keyring: LiveKeyring
  readonly chain: AuditChain
  /** A copy of the audit log outside of the store. */
  readonly copy?: AuditCopy | undefined
  /** UTC milliseconds. */
  readonly clock: () => number
  readonly random: RandomSource
  readonly access: AccessSource
  /** Verifies identity tokens of others; absent where nobody signs in: an embedded store. */
  readonly identities?: IdentityVerifier | undefined
  /** The built-in flavors. */
  readonly flavors: readonly Flavor[]
  /** The file where a root key lies, or would lie if it were in a file. Absolute. */
  readonly rootKeyPath: string
  /** Services that may wrap a root key, and the environment that names the keys in them. */
  readonly keyServices?: KeyServices | undefined
  /** Logs of runs lie here: `<run>.log`, 0600. */
  readonly logsFolder: string
}

/** Who calls, bound when an Api is made. */
export interface Actor {
  readonly principalId: Id
  readonly workspaceId: Id
  /** The operating system's user name, or `token ID`: a label of audit events only. */
  readonly osUser: string
  /** The token that the caller came with, looked at again in every call; absent for an embedded store. */
  readonly tokenId?: Id | undefined
}
