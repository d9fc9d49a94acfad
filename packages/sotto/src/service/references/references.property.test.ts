import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { isSottoError } from '@sotto/sdk/model'
import type { Json, PlacedSettings, Scope, SecretSelector } from '@sotto/sdk/model'
import type { AccessRule } from '../fixed-access.ts'
import { addPrincipal, apiOf, attribute, testFlavors, texts } from './reference-testing.ts'
import { openTestService } from '../testing.ts'

/*
 * Goal: at the default level, check-ok means that resolve succeeds, and the other way round; and the decision is the one
 * that a direct read of the same secret would come to.
 * Method: random small worlds of secrets in both scopes with versions, deletions, rights and authors; random references
 * in the component, in settings of the stack and of one place, and declarations. All attributes are texts, because what
 * a value is converted to is known only when it is read.
 */

const type = 'experiment-tracker'
const names = ['s', 't', 'u']
const keys = ['a', 'b']
const attributeNames = ['one', 'two', 'three']

const secrets = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    scope: fc.constantFrom<Scope>('user', 'workspace'),
    keys: fc.subarray(keys, { minLength: 1 }),
    /** What a second version removes or leaves. */
    second: fc.option(fc.subarray(keys, { minLength: 1 }), { nil: undefined }),
    deleted: fc.boolean(),
    expired: fc.boolean(),
  }),
  { maxLength: 6 },
)
const reference = fc
  .record({ name: fc.constantFrom(...names), key: fc.constantFrom(...keys), pin: fc.constantFrom('', '', '@1', '@2') })
  .map(({ name, key, pin }) => `{{${name}.${key}${pin}}}`)
const text = fc
  .array(fc.oneof(reference, fc.constant('x'), fc.constant('\\{{')), { maxLength: 3 })
  .map((parts) => parts.join('-'))
const value: fc.Arbitrary<Json> = fc.oneof({ arbitrary: text, weight: 4 }, fc.constant('{{ broken'))
const attributes = fc.dictionary(fc.constantFrom(...attributeNames), text, { maxKeys: 2 })
const settings = fc.dictionary(
  fc.constantFrom(...attributeNames.map((name) => `${type}.${name}`), 'alerter.token'),
  value,
  { maxKeys: 2 },
)
const declared = fc.array(
  fc.record(
    {
      name: fc.constantFrom(...names),
      keys: fc.subarray(keys, { minLength: 1 }),
      version: fc.constantFrom(1, 2),
    },
    { requiredKeys: ['name'] },
  ),
  { maxLength: 2 },
)
const world = fc.record({
  secrets,
  attributes,
  stackSettings: fc.dictionary(fc.constantFrom(...attributeNames.map((name) => `${type}.${name}`)), text, {
    maxKeys: 2,
  }),
  settings,
  declared,
  /** Whom the workspace's secrets are closed to, by name. */
  unreadable: fc.subarray(names),
  invisible: fc.subarray(names),
  closedToAuthor: fc.subarray(names),
  componentByOther: fc.boolean(),
  settingsByOther: fc.boolean(),
})

const flavors = testFlavors.map((flavor) =>
  flavor.type === type ? { ...flavor, attributes: attributeNames.map((name) => attribute(name)) } : flavor,
)

test('check-ok and a successful resolution are the same, and both agree with a direct read', async (t) => {
  const service = await openTestService(t)
  // Behind all others by a second: what expires between them is in its future and in their past.
  service.advance(-1000)
  const other = await addPrincipal(service, 'other')
  const owner = apiOf(service, { flavors })
  let count = 0
  let oks = 0
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      count += 1
      const name = `w${String(count)}`
      for (const { id } of (await owner.listSecrets({})).items) await owner.deleteSecret({ secret: id })
      for (const { name: secret, scope, keys: first, second, deleted, expired } of given.secrets) {
        const selector: SecretSelector = { secret, scope }
        if ((await owner.listSecrets({ name: secret, scope })).items.length > 0) continue
        const values = (which: readonly string[]): ReturnType<typeof texts> =>
          texts(Object.fromEntries(which.map((key) => [key, `${scope} ${secret} ${key}`])))
        await owner.createSecret({ name: secret, scope, values: values(first) })
        if (second !== undefined) await owner.updateSecret({ ...selector, replace: true, values: values(second) })
        if (expired) await service.api.updateSecret({ ...selector, expiresAt: '2026-01-01T00:00:00Z' })
        if (deleted) await owner.deleteSecret(selector)
      }
      const author = (isOther: boolean): typeof owner =>
        isOther ? apiOf(service, { flavors, principalId: other }) : owner
      const component = { type, name, flavor: 'mlflow', attributes: given.attributes } as const
      await author(given.componentByOther).registerComponent(component)
      await owner.registerStack({ name, from: 'default', components: { [type]: name } })
      await author(given.settingsByOther).updateStackSettings({ stack: name, settings: given.stackSettings })

      const access: AccessRule = (principal, right, { kind, name: object, scopeOwner = '' }) => {
        if (kind !== 'secret' || scopeOwner !== '') return true
        if (given.invisible.includes(object)) return false
        if (right !== 'read') return true
        return !(principal.id === other ? given.closedToAuthor : given.unreadable).includes(object)
      }
      const asker = apiOf(service, { flavors, access })
      const placed: PlacedSettings[] = [{ place: 'pipeline p', settings: given.settings }]
      const asked = {
        stack: name,
        settings: placed,
        secrets: given.declared.map((declaration) => ({ place: 'step s', ...declaration })),
      }
      const report = await asker.checkReferences(asked)
      const resolved = await asker
        .resolveReferences({ ...asked, components: [type, 'orchestrator', 'artifact-store'] })
        .catch((error: unknown) => error)
      if (report.ok) oks += 1
      if (report.ok) assert.ok(!(resolved instanceof Error), String(resolved))
      else {
        assert.ok(isSottoError(resolved, 'check_failed'), 'resolved what the check refuses')
        const failed = report.items.filter(({ outcome }) => outcome !== 'ok')
        assert.equal((resolved.details['references'] as string[]).length, failed.length)
      }
      for (const item of report.items) {
        if (item.secret === undefined || item.outcome === 'not trusted') continue
        const version = /@([12])/.exec(item.reference)?.[1]
        const direct = await asker
          .resolveSecrets({
            items: [
              {
                secret: item.secret,
                keys: item.key === undefined ? undefined : [item.key],
                version: version === undefined ? undefined : Number(version),
              },
            ],
          })
          .then(
            () => 'ok',
            (error: unknown) => (isSottoError(error) ? (directly[error.code] ?? error.code) : String(error)),
          )
        assert.equal(item.outcome, direct, `${item.reference} at ${item.place}`)
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(oks > 10 && oks < count - 10, `${String(oks)} of ${String(count)} worlds were ok`)
})

/** What the codes of a direct read are called in a check. */
const directly: { readonly [code: string]: string } = {
  secret_not_found: 'secret missing',
  key_not_found: 'key missing',
  version_not_found: 'version missing',
  secret_expired: 'expired',
  forbidden: 'not readable',
}
