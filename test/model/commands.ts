/** Random operations, each done to the service and to the simple store; both have to answer alike. */
import assert from 'node:assert/strict'
import { fc } from '../support/property.ts'
import { everyItem, isSottoError } from '@sotto/sdk/model'
import type { Api, Scope, SecretDescription, SecretQuery, SecretSort } from '@sotto/sdk/model'
import { texts } from '../../packages/sotto/src/service/references/reference-testing.ts'
import { Refusal } from './simple-store.ts'
import type { SimpleSecret, SimpleStore, Update } from './simple-store.ts'

export interface World {
  readonly api: Api
  readonly advance: (ms: number) => void
  /** What stands in the component, by attribute. */
  readonly references: Map<string, string>
}

type Command = fc.AsyncCommand<SimpleStore, World>

export const component: { readonly type: 'experiment-tracker'; readonly component: string } = {
  type: 'experiment-tracker',
  component: 'tracker',
}
export const stack: string = 'prod'

const name = fc.constantFrom('a', 'ab', 'b', 'B')
const scope = fc.constantFrom<Scope>('user', 'workspace')
const anyScope = fc.option(scope, { nil: undefined })
const key = fc.constantFrom('k', 'l', '__proto__')
const values = fc
  .array(fc.tuple(key, fc.constantFrom('', '1', '2', 'x'.repeat(100))), { maxLength: 3 })
  .map((entries): Readonly<Record<string, string>> => Object.fromEntries(entries))
const label = fc.constantFrom('', 'red', 'blue')
const attribute = fc.constantFrom('tracking_uri', 'tracking_username')

/** A command that does the same to both and compares answer or code. */
function both<T>(
  words: string,
  onModel: (model: SimpleStore) => T,
  onService: (world: World, expected: T, model: SimpleStore) => Promise<void>,
): Command {
  return {
    check: () => true,
    toString: () => words,
    run: async (model, world) => {
      // Each operation has a time of its own, so that orders by time are without ties.
      world.advance(1)
      model.clock += 1
      let expected: T
      try {
        expected = onModel(model)
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal
        await assert.rejects(
          onService(world, undefined as T, model), // it has to be refused before that is looked at
          (error: unknown) => isSottoError(error, refusal.code),
          `${words}: the service did not refuse with ${refusal.code}`,
        )
        return
      }
      await onService(world, expected, model)
    },
  }
}

function described(secret: SimpleSecret): Partial<SecretDescription> {
  return {
    name: secret.name,
    scope: secret.scope,
    version: secret.versions.length,
    labels: secret.label === '' ? {} : { colour: secret.label },
  }
}

function assertDescribed(actual: SecretDescription, expected: SimpleSecret): void {
  const { name: actualName, scope: actualScope, version, labels, keys } = actual
  assert.deepEqual({ name: actualName, scope: actualScope, version, labels: { ...labels } }, described(expected))
  assert.deepEqual(keys.map((each) => each.name).toSorted(), Object.keys(expected.versions.at(-1) ?? {}).toSorted())
}

const create = fc.tuple(name, scope, values).map(([name, scope, given]) =>
  both(
    `create ${scope} ${name} ${JSON.stringify(given)}`,
    (model) => model.create(name, scope, given),
    async ({ api }, expected) => {
      const { secret, outcome } = await api.createSecret({ name, scope, values: texts(given) })
      assert.equal(outcome, 'created')
      assertDescribed(secret, expected)
    },
  ),
)

const set = fc.tuple(name, scope, values).map(([name, scope, given]) =>
  both(
    `set ${scope} ${name} ${JSON.stringify(given)}`,
    (model) => {
      const found = model.find(name, scope)
      if (found === undefined) return { secret: model.create(name, scope, given), outcome: 'created' }
      const changed = model.update(found, {
        values: given,
        remove: [],
        replace: false,
        label: undefined,
        expect: undefined,
      })
      return { secret: found, outcome: changed ? 'updated' : 'unchanged' }
    },
    async ({ api }, expected) => {
      const [write] = (await api.setSecrets({ secrets: [{ name, scope, values: texts(given) }] })).secrets
      assert.equal(write?.outcome, expected.outcome)
      assertDescribed(write.secret, expected.secret)
    },
  ),
)

const changes: fc.Arbitrary<Update> = fc
  .record({
    values,
    remove: fc.subarray(['k', 'l', '__proto__']),
    replace: fc.boolean(),
    label: fc.option(label, { nil: undefined }),
    expect: fc.constantFrom(undefined, undefined, 0, -1, 1),
  })
  // A key cannot be written and removed at once.
  .map((update) => ({ ...update, remove: update.remove.filter((each) => !Object.hasOwn(update.values, each)) }))

const update = fc.tuple(name, anyScope, changes).map(([secret, scope, change]) =>
  both(
    `update ${String(scope)} ${secret} ${JSON.stringify(change)}`,
    (model) => {
      const found = model.get(secret, scope)
      return { secret: found, changed: model.update(found, change) }
    },
    async ({ api }, expected, model) => {
      const { values: given, remove, replace, label: colour, expect } = change
      const newest = model.find(secret, scope)?.versions.length ?? 1
      // The model has gone on already where it took the change.
      const before = expected === undefined ? newest : (await api.describeSecret({ secret, scope })).version
      const write = await api.updateSecret({
        secret,
        scope,
        values: texts(given),
        remove,
        replace,
        ...(colour !== undefined && { labels: { colour } }),
        ...(expect !== undefined && { expectVersion: before + expect }),
      })
      assert.equal(write.outcome, expected.changed ? 'updated' : 'unchanged')
      assertDescribed(write.secret, expected.secret)
    },
  ),
)

const rename = fc
  .tuple(name, anyScope, name)
  .filter(([from, , to]) => from !== to)
  .map(([secret, scope, newName]) =>
    both(
      `rename ${String(scope)} ${secret} to ${newName}`,
      (model) => {
        const found = model.get(secret, scope)
        model.rename(found, newName)
        return found
      },
      async ({ api }, expected) => assertDescribed(await api.renameSecret({ secret, scope, newName }), expected),
    ),
  )

const share = fc.tuple(name, scope).map(([secret, scope]) =>
  both(
    `move ${secret} to ${scope}`,
    (model) => {
      const found = model.get(secret, scope === 'user' ? 'workspace' : 'user')
      model.move(found, scope)
      return found
    },
    async ({ api }, expected) =>
      assertDescribed(await (scope === 'user' ? api.unshareSecret({ secret }) : api.shareSecret({ secret })), expected),
  ),
)

const remove = fc.tuple(name, anyScope).map(([secret, scope]) =>
  both(
    `delete ${String(scope)} ${secret}`,
    (model) => {
      const found = model.get(secret, scope)
      found.deletedAt = model.clock
      return found
    },
    async ({ api }, expected) => assertDescribed(await api.deleteSecret({ secret, scope }), expected),
  ),
)

const undelete = fc.tuple(name, scope).map(([secret, scope]) =>
  both(
    `undelete ${scope} ${secret}`,
    (model) => model.undelete(secret, scope),
    async ({ api }, expected) => assertDescribed(await api.undeleteSecret({ secret, scope }), expected),
  ),
)

const resolve = fc
  .tuple(name, anyScope, fc.option(key, { nil: undefined }), fc.constantFrom(undefined, undefined, 1, 2, 9))
  .map(([secret, scope, one, version]) =>
    both(
      `resolve ${String(scope)} ${secret} ${String(one)} @${String(version)}`,
      (model) => model.resolve(secret, scope, one, version),
      async ({ api }, expected) => {
        const item = { secret, scope, version, keys: one === undefined ? undefined : [one] }
        const [found] = (await api.resolveSecrets({ items: [item] })).secrets
        assert.ok(found?.unchanged === false)
        assert.deepEqual([found.scope, found.version], [expected.secret.scope, expected.version])
        assert.deepEqual({ ...found.values }, texts(expected.values))
      },
    ),
  )

const list = fc
  .record({
    scope: anyScope,
    prefix: fc.constantFrom(undefined, undefined, 'a', 'B'),
    key: fc.option(key, { nil: undefined }),
    label: fc.constantFrom(undefined, undefined, 'red'),
    sort: fc.constantFrom<SecretSort>('name', '-name', 'created', '-created', 'updated', '-updated'),
    limit: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ sort, limit, ...filters }) =>
    both(
      `list ${JSON.stringify(filters)} by ${sort}, ${String(limit)} a page`,
      (model) => model.list(filters).toSorted(orderOf(sort)),
      async ({ api }, expected) => {
        const query: SecretQuery = {
          scope: filters.scope,
          namePrefix: filters.prefix,
          key: filters.key,
          ...(filters.label !== undefined && { labels: { colour: filters.label } }),
          sort,
          limit,
        }
        const items: SecretDescription[] = []
        for await (const item of everyItem((page: SecretQuery) => api.listSecrets(page), query)) items.push(item)
        assert.equal(items.length, expected.length)
        // Two scopes may hold one name: which comes first is not said.
        if (sort.endsWith('name')) {
          assert.deepEqual(
            items.map((item) => item.name),
            expected.map((secret) => secret.name),
          )
          items.sort(byNameAndScope)
          expected.sort(byNameAndScope)
        }
        for (const [index, item] of items.entries()) assertDescribed(item, expected[index]!)
      },
    ),
  )

function byNameAndScope(left: { name: string; scope: Scope }, right: { name: string; scope: Scope }): number {
  return `${left.name} ${left.scope}` < `${right.name} ${right.scope}` ? -1 : 1
}

function orderOf(sort: SecretSort): (left: SimpleSecret, right: SimpleSecret) => number {
  const sign = sort.startsWith('-') ? -1 : 1
  const of = (secret: SimpleSecret): number | string =>
    sort.endsWith('name') ? secret.name : sort.endsWith('created') ? secret.createdAt : secret.updatedAt
  return (left, right) => (of(left) === of(right) ? 0 : of(left) < of(right) ? -sign : sign)
}

/** Writes a reference into the component, whether what it names is there or not. */
const point = fc.tuple(attribute, name, key).map(([where, secret, one]) =>
  both(
    `point ${where} to {{${secret}.${one}}}`,
    () => undefined,
    async ({ api, references }) => {
      await api.updateComponent({ ...component, attributes: { [where]: `{{${secret}.${one}}}` } })
      references.set(where, `${secret} ${one}`)
    },
  ),
)

const check = fc.constant(
  both(
    'check the stack',
    () => undefined,
    async ({ api, references }, _expected, model) => {
      const { items, ok } = await api.checkReferences({ stack })
      const wanted = [...references].map(([path, text]) => {
        const [secret = '', one = ''] = text.split(' ')
        const found = model.find(secret, undefined)
        const outcome =
          found === undefined
            ? 'secret missing'
            : Object.hasOwn(found.versions.at(-1) ?? {}, one)
              ? 'ok'
              : 'key missing'
        return { path, outcome, scope: found?.scope }
      })
      const byPath = (left: { path: string }, right: { path: string }): number => (left.path < right.path ? -1 : 1)
      assert.deepEqual(
        items
          .filter(({ secret }) => secret !== undefined)
          .map(({ path, outcome, scope }) => ({ path, outcome, scope }))
          .toSorted(byPath),
        wanted.toSorted(byPath),
      )
      if (references.has('tracking_uri'))
        assert.equal(
          ok,
          wanted.every(({ outcome }) => outcome === 'ok'),
        )
    },
  ),
)

export const commands: fc.Arbitrary<Command>[] = [
  create,
  create,
  set,
  update,
  update,
  rename,
  share,
  remove,
  undelete,
  resolve,
  resolve,
  list,
  point,
  check,
]
