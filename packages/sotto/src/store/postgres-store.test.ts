import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSottoError } from '@sotto/sdk/model'
import { requirePart } from '../../../../test/support/parts.ts'
import { sharedPostgres } from '../../../../test/support/postgres.ts'
import { storeCases } from './conformance.ts'
import { openPostgresStore } from './postgres-store.ts'
import type { Store } from './store.ts'
import { withCode } from './testing.ts'

async function openEmpty(t: TestContext): Promise<Store> {
  const server = await sharedPostgres()
  const store = await openPostgresStore({ url: server.newUrl(), env: server.env })
  t.after(() => store.close())
  return store
}

for (const [title, run] of Object.entries(storeCases)) {
  void test(`PostgreSQL: ${title}`, async (t) => {
    if (requirePart(t, 'postgres')) await run(t, openEmpty)
  })
}

const ddl = 'CREATE TABLE item (\n  id TEXT PRIMARY KEY\n);'

function insert(store: Store, id: string): Promise<number> {
  return store.transaction((tx) => tx.run('INSERT INTO item (id) VALUES ($1)', [id]))
}

async function ids(store: Store): Promise<readonly unknown[]> {
  return (await store.transaction((tx) => tx.all('SELECT id FROM item ORDER BY id'))).map(({ id }) => id)
}

/** What somebody may put into the schema of a store, with the word for it in the refusal. */
const programs: Readonly<Record<string, string>> = {
  view: 'CREATE VIEW lie AS SELECT 1 AS one',
  policy: 'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
  trigger:
    'CREATE FUNCTION public.spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; CREATE TRIGGER spy BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION public.spy()',
  rule: 'CREATE RULE quiet AS ON DELETE TO item DO INSTEAD NOTHING',
  'child table': 'CREATE TABLE more () INHERITS (item)',
  function: "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
  'not logged': 'CREATE UNLOGGED TABLE quick (id TEXT)',
}

for (const [kind, sql] of Object.entries(programs)) {
  void test(`PostgreSQL: refuses a store with a ${kind} in it, also one that is open`, async (t) => {
    if (!requirePart(t, 'postgres')) return
    const server = await sharedPostgres()
    const url = server.newUrl()
    const store = await openPostgresStore({ url, env: server.env })
    t.after(() => store.close())
    await store.transaction((tx) => tx.define(ddl))
    const schema = new URL(url).searchParams.get('schema') ?? ''
    await server.sql(`DROP FUNCTION IF EXISTS public.spy CASCADE; SET search_path TO ${schema}; ${sql}`)
    await assert.rejects(openPostgresStore({ url, env: server.env }), withCode('store_corrupt'))
    await sleep(1100) // an open one looks once a second
    const error: unknown = await insert(store, 'a').catch((reason: unknown) => reason)
    assert.ok(isSottoError(error, 'store_corrupt'), String(error))
    assert.match(error.message, new RegExp(kind))
  })
}

test('PostgreSQL: names of tables lead to the schema of the store, whatever the role is set to', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await sharedPostgres()
  const url = server.newUrl()
  await server.sql('CREATE TABLE public.item (id TEXT PRIMARY KEY); GRANT ALL ON public.item TO sotto_owner')
  await server.sql('ALTER ROLE sotto_owner SET search_path TO public')
  t.after(() => server.sql('ALTER ROLE sotto_owner RESET search_path; DROP TABLE public.item'))
  const store = await openPostgresStore({ url, env: server.env })
  t.after(() => store.close())
  await assert.rejects(insert(store, 'a'))
  await store.transaction((tx) => tx.define(ddl))
  await insert(store, 'a')
  assert.deepEqual(await server.sql('SELECT * FROM public.item'), [])
})

test('PostgreSQL: refuses the schema of another program, and changes nothing in it', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await sharedPostgres()
  const url = server.newUrl()
  const schema = new URL(url).searchParams.get('schema') ?? ''
  await server.sql(`CREATE SCHEMA ${schema} AUTHORIZATION sotto_owner; CREATE TABLE ${schema}.theirs (id TEXT)`)
  await assert.rejects(openPostgresStore({ url, env: server.env }), withCode('store_corrupt'))
})

test('PostgreSQL: fails a work that awaits something else than its transaction, and goes on', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const store = await openEmpty(t)
  await store.transaction((tx) => tx.define(ddl))
  const strange = (id: string): Promise<void> =>
    store.transaction(async (tx) => {
      if (id !== '') await tx.run('INSERT INTO item (id) VALUES ($1)', [id])
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
    })
  const results = await Promise.allSettled([strange('a'), strange(''), insert(store, 'good')])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'fulfilled'],
  )
  assert.match(String(results[0].status === 'rejected' && results[0].reason), /awaited something else/)
  assert.deepEqual(await ids(store), ['good'])
})

test('PostgreSQL: a statement that is refused fails its work alone, also while works read together', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const store = await openEmpty(t)
  await store.transaction((tx) => tx.define(ddl))
  await insert(store, 'a')
  const works = [
    ...Array.from({ length: 5 }, () => ids(store)),
    store.transaction((tx) => tx.all('SELECT nothing FROM item')),
    insert(store, 'a'),
    insert(store, 'b'),
  ]
  const results = await Promise.allSettled(works)
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [[index, result.reason] as const] : [],
  )
  assert.deepEqual(
    failed.map(([index]) => index),
    [5, 6],
  )
  for (const [, error] of failed) {
    assert.ok(isSottoError(error, 'internal'))
    assert.ok(!('detail' in (error.cause as object)), 'the driver quotes rows there')
  }
  assert.deepEqual(await ids(store), ['a', 'b'])
})

test('PostgreSQL: waits for the lock of another, then says that the store is in use', async (t) => {
  if (!requirePart(t, 'postgres')) return
  const server = await sharedPostgres()
  const url = server.newUrl()
  const [first, second] = await Promise.all(
    [10_000, 300].map((busyLimitMs) => openPostgresStore({ url, env: server.env, busyLimitMs })),
  )
  assert.ok(first !== undefined && second !== undefined)
  t.after(() => Promise.all([first.close(), second.close()]))
  await first.transaction((tx) => tx.define(ddl))
  const seconds = (count: number): Promise<unknown> =>
    first.transaction((tx) => tx.all(`SELECT pg_sleep(${String(count)})`))
  const long = seconds(1)
  await sleep(50)
  await assert.rejects(insert(second, 'a'), withCode('store_busy'))
  await long
  const short = seconds(0.1)
  await sleep(20)
  assert.equal(await insert(second, 'b'), 1)
  await short
})
