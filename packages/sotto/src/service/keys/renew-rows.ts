/** After every key was made anew: the HMAC of each row under the new row key, and an epoch of the chain under the new signature. */
import { SottoError } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import type { AuditHead } from '../../store/audit-chain.ts'
import { readHead, verifyHead } from '../../store/audit-chain.ts'
import { Rows } from '../../store/rows.ts'
import { tables } from '../../store/schema.ts'
import type { SqlRow, SqlValue } from '../../store/store.ts'
import { protectedColumns } from '../../store/table.ts'
import type { AnyTable } from '../../store/table.ts'
import { beginEpoch } from '../audit/audit-epoch.ts'
import type { Call } from '../call.ts'

const rowsAtOnce = 1000

/**
 * Writes every protected row under the key that is current now. Each is verified under the former one before: nothing that
 * is wrong is made right. Throws `row_altered`.
 */
export async function renewRows({ tx, parts }: Call, former: Keyring): Promise<void> {
  const [before, after] = [new Rows(tx, { current: former }), new Rows(tx, parts.keyring)]
  for (const table of tables) {
    if (protectedColumns(table).length === 0) continue
    for (let page = await readPage(before, table); page.length > 0; page = await readPage(before, table, page)) {
      for (const row of page) await after.update(table, row)
      after.takeWritten() // the first events of the new epoch list every row
      if (page.length < rowsAtOnce) break
    }
  }
}

/** The end of the chain, whose signature holds under the present key. Throws `audit_broken`. */
export async function readChainEnd({ tx, parts }: Call): Promise<AuditHead> {
  const head = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM audit_head WHERE id = 1'))
  if (head !== undefined && verifyHead(parts.keyring.current, head)) return head
  throw new SottoError('audit_broken', 'the signature of the audit chain does not hold', {
    hint: 'sotto audit verify says where; restore a backup. Nothing was changed',
  })
}

/** Begins an epoch under the signing key that is current now. */
export async function beginRenewedEpoch(call: Call, behind: AuditHead): Promise<void> {
  const { keyring, chain } = call.parts
  const { detail: _, ...record } = call.record('done', { object: 'keys', objectId: '' })
  const detail = { keyring: keyring.current.generation, compromised: true }
  await beginEpoch({ tx: call.tx, keyring, chain, behind, epoch: behind.epoch + 1, record, detail })
}

function readPage(rows: Rows, table: AnyTable, before?: readonly object[]): Promise<readonly object[]> {
  const { key } = table
  const columns = key.join(', ')
  const last = before?.at(-1) as SqlRow | undefined // a row of that table
  const params: SqlValue[] = last === undefined ? [] : key.map((column) => last[column] ?? null)
  const places = params.map((_, index) => `$${String(index + 1)}`).join(', ')
  const where = last === undefined ? '' : `WHERE (${columns}) > (${places})`
  return rows.list(table, `${where} ORDER BY ${columns} LIMIT ${String(rowsAtOnce)}`, params)
}
