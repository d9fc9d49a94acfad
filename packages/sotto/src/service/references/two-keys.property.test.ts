import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { isSottoError } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { attribute, testFlavors, texts } from './reference-testing.ts'
import { openTestService } from '../testing.ts'

/*
 * The rule of two keys. Goal: a secret resolves in a text exactly when the rule says so, and the check says the same.
 * Method: several people with grants of their own write, edit, trust and adopt the same stack in random order, while
 * rights come and go and people are disabled; after each step everybody asks, and a model of a few lines, which knows
 * nothing of rows, layers or questions, says what must come out.
 */

const type = 'experiment-tracker'
const people = ['ann', 'bob', 'eve'] as const
type Person = (typeof people)[number]
const secretNames = ['s', 't'] as const
type SecretName = (typeof secretNames)[number]
type Access = 'none' | 'describe' | 'read'

const person = fc.constantFrom(...people)
const secretName = fc.constantFrom(...secretNames)
const text = fc.constantFrom('{{s.k}}', '{{t.k}}', 'x{{s.k}}{{t.k}}', 'plain')

const step = fc.oneof(
  fc.record({ do: fc.constant('attribute' as const), by: person, text }),
  fc.record({ do: fc.constant('setting' as const), by: person, text: fc.option(text) }),
  fc.record({
    do: fc.constant('rights' as const),
    of: person,
    name: secretName,
    access: fc.constantFrom<Access>('none', 'describe', 'read'),
  }),
  fc.record({ do: fc.constant('own' as const), of: person, name: secretName }),
  fc.record({ do: fc.constant('shared' as const), name: secretName }),
  fc.record({ do: fc.constant('trust' as const), by: person }),
  fc.record({ do: fc.constant('adopt' as const), by: person }),
  fc.record({ do: fc.constant('switch' as const), of: person }),
)
const steps = fc.array(step, { minLength: 4, maxLength: 12 })
/** What each may do with each secret at the beginning, in the order of people, then names. */
const beginning = fc.array(fc.constantFrom<Access>('none', 'describe', 'read', 'read'), { minLength: 6, maxLength: 6 })
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What a person did last about one text. */
interface Text {
  author: Person
  text: string
}

/** All that the rule depends on. */
class Model {
  component: Text = { author: 'ann', text: '{{s.k}}' }
  setting: Text | undefined
  readonly shared = new Set<SecretName>()
  readonly own = new Set<string>()
  readonly access = new Map<string, Access>()
  readonly disabled = new Set<Person>()
  /** The texts that each accepted. */
  readonly accepted = new Map<Person, { component: string; setting: string | undefined }>()

  outcomeOf(runner: Person, name: SecretName): string {
    const rights = (who: Person): Access =>
      this.disabled.has(who) ? 'none' : (this.access.get(`${who} ${name}`) ?? 'none')
    const accepted = this.accepted.get(runner)
    const { component, setting } = this
    if (this.own.has(`${runner} ${name}`)) {
      const vouched =
        (component.author === runner || accepted?.component === component.text) &&
        (setting === undefined ||
          setting.author === runner ||
          (accepted !== undefined && accepted.setting === setting.text))
      return vouched ? 'ok' : 'not trusted'
    }
    if (!this.shared.has(name) || rights(runner) === 'none') return 'secret missing'
    if (rights(runner) === 'describe') return 'not readable'
    const authors = [component.author, ...(setting === undefined ? [] : [setting.author])]
    return authors.every((author) => rights(author) === 'read') ? 'ok' : 'not trusted'
  }

  /** The references of the stack with what must become of each. */
  expected(runner: Person): readonly string[] {
    const { component, setting } = this
    return [component.text, setting?.text ?? '']
      .flatMap((written) => [...written.matchAll(/\{\{(?<name>[st])\.k\}\}/g)])
      .map(({ groups }) => groups?.['name'] as SecretName) // one of the two letters of the pattern
      .map((name) => `${name} ${this.outcomeOf(runner, name)}`)
      .toSorted()
  }
}

const flavors = testFlavors.map((flavor) =>
  flavor.type === type ? { ...flavor, attributes: ['one', 'two'].map((name) => attribute(name)) } : flavor,
)

test('a secret resolves exactly when whoever runs and whoever wrote may read it, and check agrees', async (t) => {
  const counts = new Map<string, number>()
  let worlds = 0
  await fc.assert(
    fc.asyncProperty(beginning, steps, async (rights, given) => {
      worlds += 1
      const service = await openTestService(t, { flavors })
      const { principalId, workspaceId } = service
      const local = service.service.as({ principalId, workspaceId, osUser: '' })
      const apis = new Map<Person, Api>()
      for (const name of people) {
        const { id } = await local.createServiceAccount({ name })
        for (const kind of ['component', 'stack'] as const)
          for (const grant of ['read', 'write'] as const) await local.addGrant({ principal: name, grant, kind })
        apis.set(name, service.service.as({ principalId: id, workspaceId, osUser: '' }))
      }
      const as = (who: Person): Api => apis.get(who)!
      await as('ann').registerComponent({ type, name: 'm', flavor: 'mlflow', attributes: { one: '{{s.k}}' } })
      await as('ann').registerStack({ name: 'p', from: 'default', components: { [type]: 'm' } })
      const model = new Model()
      const world = { local, as }
      for (const name of secretNames) await perform(model, world, { do: 'shared', name })
      for (const [index, access] of rights.entries())
        await perform(model, world, { do: 'rights', of: people[index >> 1]!, name: secretNames[index & 1]!, access })
      for (const each of given) {
        await perform(model, world, each)
        for (const runner of people) {
          if (model.disabled.has(runner)) continue
          const wanted = model.expected(runner)
          const report = await as(runner).checkReferences({ stack: 'p' })
          const found = report.items.map(({ secret, outcome }) => `${secret ?? ''} ${outcome}`).toSorted()
          assert.deepEqual(found, wanted, `${runner} after ${JSON.stringify(each)}`)
          assert.deepEqual((await local.checkReferences({ stack: 'p', as: runner })).items, report.items)
          const resolved = await as(runner)
            .resolveReferences({ stack: 'p', components: [type] })
            .then(
              ({ components }) => JSON.stringify(components[0]?.attributes),
              (error: unknown) => error,
            )
          const allowed = wanted.every((outcome) => outcome.endsWith(' ok'))
          if (allowed) assert.equal(resolved, expectedAttributes(model, runner))
          else assert.ok(isSottoError(resolved, 'check_failed'), `resolved what the rule refuses: ${String(resolved)}`)
          for (const outcome of wanted) counts.set(outcome.slice(2), (counts.get(outcome.slice(2)) ?? 0) + 1)
        }
      }
    }),
    { numRuns: 30 },
  )
  t.diagnostic(`${String(worlds)} worlds: ${JSON.stringify(Object.fromEntries(counts))}`)
  for (const outcome of ['ok', 'not trusted', 'not readable', 'secret missing'])
    assert.ok((counts.get(outcome) ?? 0) > 20, `${outcome}: only ${String(counts.get(outcome) ?? 0)}`)
})

function expectedAttributes(model: Model, runner: Person): string {
  const filled = (written: string): string =>
    written.replaceAll(/\{\{([st])\.k\}\}/g, (_, name: string) =>
      model.own.has(`${runner} ${name}`) ? `${runner}'s ${name}` : `shared ${name}`,
    )
  const { component, setting } = model
  return JSON.stringify({
    one: filled(component.text),
    ...(setting === undefined ? {} : { two: filled(setting.text) }),
  })
}

async function perform(
  model: Model,
  { local, as }: { local: Api; as: (who: Person) => Api },
  each: Step,
): Promise<void> {
  switch (each.do) {
    case 'attribute': {
      if (model.disabled.has(each.by)) return
      await as(each.by).updateComponent({ type, component: 'm', attributes: { one: each.text } })
      model.component = { author: each.by, text: each.text }
      return
    }
    case 'setting': {
      if (model.disabled.has(each.by)) return
      if (each.text === null && model.setting === undefined) return
      const change = each.text === null ? { remove: [`${type}.two`] } : { settings: { [`${type}.two`]: each.text } }
      await as(each.by).updateStackSettings({ stack: 'p', ...change })
      model.setting = each.text === null ? undefined : { author: each.by, text: each.text }
      return
    }
    case 'rights': {
      const on = { principal: each.of, kind: 'secret', name: each.name } as const
      for (const grant of ['describe', 'read'] as const)
        await local
          .removeGrant({ ...on, grant })
          .catch((error: unknown) => assert.ok(isSottoError(error, 'grant_not_found')))
      if (each.access !== 'none') await local.addGrant({ ...on, grant: each.access })
      model.access.set(`${each.of} ${each.name}`, each.access)
      return
    }
    case 'own': {
      if (model.disabled.has(each.of)) return
      await as(each.of).setSecrets({
        secrets: [{ name: each.name, scope: 'user', values: texts({ k: `${each.of}'s ${each.name}` }) }],
      })
      model.own.add(`${each.of} ${each.name}`)
      return
    }
    case 'shared': {
      await local.setSecrets({
        secrets: [{ name: each.name, scope: 'workspace', values: texts({ k: `shared ${each.name}` }) }],
      })
      model.shared.add(each.name)
      return
    }
    case 'trust': {
      if (model.disabled.has(each.by)) return
      await as(each.by).trustStack({ stack: 'p' })
      model.accepted.set(each.by, { component: model.component.text, setting: model.setting?.text })
      return
    }
    case 'adopt': {
      if (model.disabled.has(each.by)) return
      await adopt(model, as(each.by), each.by)
      return
    }
    case 'switch': {
      const disabled = !model.disabled.has(each.of)
      await local.updateServiceAccount({ principal: each.of, disabled })
      if (disabled) model.disabled.add(each.of)
      else model.disabled.delete(each.of)
    }
  }
}

/** Refused where a text that is adopted names a shared secret that the adopter sees and may not read. */
async function adopt(model: Model, api: Api, by: Person): Promise<void> {
  const adopted = [...(model.component.author === by ? [] : [model.component.text]), model.setting?.text ?? '']
  const blocked = secretNames.some(
    (name) =>
      adopted.some((written) => written.includes(`{{${name}.k}}`)) &&
      model.shared.has(name) &&
      model.access.get(`${by} ${name}`) === 'describe',
  )
  const error: unknown = await api.adoptStack({ stack: 'p' }).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.equal(isSottoError(error, 'forbidden'), blocked, String(error))
  if (blocked) return
  assert.equal(error, undefined)
  model.component = { ...model.component, author: by }
  if (model.setting !== undefined) model.setting = { ...model.setting, author: by }
}
