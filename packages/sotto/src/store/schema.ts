/** Every table of the schema, with what guards each column. A test compares it with the live database. */
import { auditEventTable, auditHeadTable } from './audit.ts'
import { componentTable, flavorTable, referenceTable } from './components.ts'
import { dataKeyTable, keyringTable, schemaVersionTable } from './keyring-table.ts'
import { grantTable, principalTable, tokenTable } from './principals.ts'
import { trustTable, usedIdentityTable } from './trusts.ts'
import { artifactTable, attemptTable, runTable, secretReadTable } from './runs.ts'
import { secretTable, secretValueTable, secretVersionTable } from './secrets.ts'
import { acceptanceTable, stackComponentTable, stackTable } from './stacks.ts'
import type { AnyTable } from './table.ts'
import { preferenceTable, workspaceTable } from './workspaces.ts'

export const tables: readonly AnyTable[] = [
  schemaVersionTable,
  keyringTable,
  dataKeyTable,
  workspaceTable,
  principalTable,
  tokenTable,
  grantTable,
  trustTable,
  usedIdentityTable,
  secretTable,
  secretVersionTable,
  secretValueTable,
  flavorTable,
  componentTable,
  stackTable,
  stackComponentTable,
  acceptanceTable,
  referenceTable,
  preferenceTable,
  runTable,
  attemptTable,
  artifactTable,
  secretReadTable,
  auditEventTable,
  auditHeadTable,
]
