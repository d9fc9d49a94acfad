/** Workspaces: each a tenant, with secrets, components, stacks, runs, service accounts and grants of its own. */
import type { Id } from './names.ts'

export interface Workspace {
  readonly id: Id
  readonly name: string
  /** RFC 3339 with milliseconds. */
  readonly createdAt: string
}
