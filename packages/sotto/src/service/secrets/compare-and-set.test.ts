/**
 * Goal: of writers that expect the same version exactly one wins, and none writes over what it has not seen. Method: many
 * callers on two connections to one file count up by reading, adding one and writing what they read plus one; whoever
 * comes too late begins again. A lost update would leave the count short.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openTestService } from '../testing.ts'

const writers = 8
const rounds = 10

interface Seen {
  readonly count: number
  readonly version: number
}

async function read(api: Api): Promise<Seen> {
  const [found] = (await api.resolveSecrets({ items: [{ secret: 'count' }] })).secrets
  assert.ok(found?.unchanged === false)
  return { count: Number(found.values['n']?.data), version: found.version }
}

/** Every way to write that can be held to a version, one after the other. */
async function write(api: Api, { count, version }: Seen): Promise<void> {
  const values = { n: textValue(String(count + 1)) }
  if (count % 2 === 0) await api.updateSecret({ secret: 'count', values, expectVersion: version })
  else await api.setSecrets({ secrets: [{ name: 'count', values, expectVersion: version }] })
}

/** How often it came too late. */
async function countUp(api: Api): Promise<number> {
  let late = 0
  for (let done = 0; done < rounds;) {
    const seen = await read(api)
    try {
      await write(api, seen)
      done += 1
    } catch (error) {
      if (!isSottoError(error, 'version_conflict')) throw error
      late += 1
    }
  }
  return late
}

test('of writers that expect one version one wins, also from two connections', async (t) => {
  const first = await openTestService(t)
  const second = await openTestService(t, { folder: first.folder })
  await first.api.createSecret({ name: 'count', values: { n: textValue('0') } })
  const late = await Promise.all(
    Array.from({ length: writers }, (_, index) => countUp(index % 2 === 0 ? first.api : second.api)),
  )
  assert.ok(
    late.some((times) => times > 0),
    'nobody came too late: they did not meet',
  )
  assert.deepEqual(await read(second.api), { count: writers * rounds, version: writers * rounds + 1 })
  const { items } = await first.api.listSecretVersions({ secret: 'count', limit: 1000 })
  assert.deepEqual(
    items.map(({ version }) => version),
    Array.from({ length: writers * rounds + 1 }, (_, index) => writers * rounds + 1 - index),
  )
})

test('of those who create one secret one wins', async (t) => {
  const first = await openTestService(t)
  const second = await openTestService(t, { folder: first.folder })
  const created = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? first.api : second.api).setSecrets({
        secrets: [{ name: 'one', values: { n: textValue(String(index)) }, expectVersion: 0 }],
      }),
    ),
  )
  assert.equal(created.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const each of created) if (each.status === 'rejected') assert.ok(isSottoError(each.reason, 'secret_exists'))
})

test('of rollback and update that expect one version one wins', async (t) => {
  const { api } = await openTestService(t)
  await api.createSecret({ name: 'a', values: { n: textValue('0') } })
  await api.updateSecret({ secret: 'a', values: { n: textValue('1') } })
  const both = await Promise.allSettled([
    api.rollbackSecret({ secret: 'a', version: 1, expectVersion: 2 }),
    api.updateSecret({ secret: 'a', values: { n: textValue('2') }, expectVersion: 2 }),
  ])
  assert.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
})
