import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { requirePart } from '../../../../test/support/parts.ts'
import { sharedPostgres, TestPostgres } from '../../../../test/support/postgres.ts'
import { refuseServer } from './postgres-server.ts'
import type { PostgresFacts } from './postgres-server.ts'
import { openPostgresStore } from './postgres-store.ts'
import { withCode } from './testing.ts'

const good: PostgresFacts = {
  version: 180_004,
  encoding: 'UTF8',
  synchronousCommit: 'on',
  fsync: 'on',
  fullPageWrites: 'on',
  isReplica: false,
  isReadOnly: false,
  replicationRole: 'origin',
  history: '1:1',
}

test('a server that cannot keep what it acknowledges is refused, with what mends it', () => {
  refuseServer(good, 'x')
  refuseServer({ ...good, synchronousCommit: 'remote_write' }, 'x')
  const bad: readonly Partial<PostgresFacts>[] = [
    { version: 130_021 },
    { version: Number.NaN },
    { encoding: 'SQL_ASCII' },
    { synchronousCommit: 'off' },
    { fsync: 'off' },
    { fullPageWrites: 'off' },
    { isReplica: true },
    { isReadOnly: true },
    { replicationRole: 'replica' },
  ]
  for (const facts of bad) {
    assert.throws(() => refuseServer({ ...good, ...facts }, 'x'), withCode('store_unsuitable'), JSON.stringify(facts))
  }
})

test('a real server says so of itself: durability, encoding, read-only', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await TestPostgres.start({ fsync: 'off' })
  t.after(() => server.remove())
  const open = async (database = 'sotto'): Promise<unknown> =>
    openPostgresStore({ url: server.newUrl(database), env: server.env }).then(
      (store) => store.close(),
      (error: unknown) => error,
    )
  const refused = async (what: RegExp, database?: string): Promise<void> => {
    const error = await open(database)
    assert.ok(isSottoError(error, 'store_unsuitable'), String(error))
    assert.match(error.message, what)
  }
  await refused(/fsync is off/)
  const alter = async (text: string): Promise<void> => {
    await server.sql(text)
    await server.sql('SELECT pg_reload_conf()')
  }
  await server.stop()
  await server.start({ fsync: 'on' })
  assert.equal(await open(), undefined)
  await alter('ALTER DATABASE sotto SET synchronous_commit TO off')
  await refused(/synchronous_commit is off/)
  await alter('ALTER DATABASE sotto RESET synchronous_commit')
  await alter('ALTER SYSTEM SET full_page_writes TO off')
  await refused(/full_page_writes is off/)
  await alter('ALTER SYSTEM RESET full_page_writes')
  await alter('ALTER DATABASE sotto SET default_transaction_read_only TO on')
  await refused(/read-only/)
  await server.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", { database: 'postgres' })
  await refused(/encoding is LATIN1/, 'latin')
})

test('whoever is not let in learns why, without the password in the error', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await sharedPostgres()
  const url = server.newUrl()
  const fails = async (change: (url: string) => string, env: Record<string, string>): Promise<string> => {
    const error: unknown = await openPostgresStore({ url: change(url), env }).catch((reason: unknown) => reason)
    assert.ok(isSottoError(error, 'store_unreachable') && error.hint !== undefined, String(error))
    const everything = `${JSON.stringify(error)} ${String(error.stack)} ${String(error.cause instanceof Error && error.cause.stack)}`
    assert.ok(!everything.includes('canary'), everything)
    return error.message
  }
  assert.match(await fails((text) => text, { PGPASSWORD: 'canary' }), /refuses the login/)
  assert.match(await fails((text) => text.replace('@', ':canary@'), {}), /refuses the login/)
  assert.match(await fails((text) => text, {}), /client password/)
  assert.match(await fails((text) => text.replace('/sotto?', '/nowhere?'), server.env), /does not exist/)
  assert.match(await fails((text) => text.replace(/:\d+\//, ':1/'), { PGPASSWORD: 'canary' }), /ECONNREFUSED/)
  // This server has no TLS, so whoever asks for it gets no further.
  await fails((text) => `${text}&sslmode=verify-full`, { PGPASSWORD: 'canary' })
})
