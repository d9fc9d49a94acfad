/** Where others work with the same store, who sees a secret that was just made, and how it is shared. */
import type { SecretWrite } from '@sotto/sdk/model'
import { findServer } from '../../connect/connect.ts'
import type { Environment } from '../context.ts'

export function sharingWords({ secret, outcome }: SecretWrite, env: Environment): readonly string[] {
  if (outcome !== 'created' || secret.scope !== 'user' || findServer(env) === undefined) return []
  return [`only you see it; share it: sotto secret share ${secret.name}`]
}
