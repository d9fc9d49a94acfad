// What the client makes of its arguments and of answers. What an Api does is tested against the real ones.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Api, OperationName } from '../model/api.ts'
import { isSottoError, SottoError } from '../model/error.ts'
import { operationNames } from '../model/operations.ts'
import { Sensitive } from '../model/sensitive.ts'
import { Client } from './client.ts'

type Answers = { readonly [name in OperationName]?: (input: never) => unknown }

/** An Api that answers what is given and notes what it is asked. */
function answering(answers: Answers = {}): { readonly client: Client; readonly asked: [OperationName, unknown][] } {
  const asked: [OperationName, unknown][] = []
  const answer = (name: OperationName) => async (input: never) => {
    asked.push([name, input])
    return Promise.resolve(answers[name]?.(input) ?? { items: [] })
  }
  const api = Object.fromEntries(operationNames.map((name) => [name, answer(name)])) as unknown as Api // answers of a test
  return { client: new Client({ api }), asked }
}

const revealed = { unchanged: false, id: 'x', name: 'crm', scope: 'user', version: 1, values: {}, plain: [] }

describe('values that go in', () => {
  test('are text or bytes, masked or not; bytes that are text become text', async () => {
    const { client, asked } = answering({ createSecret: () => ({ secret: {} }) })
    const text = new TextEncoder().encode('t')
    await client.createSecret({
      name: 'crm',
      values: { a: 'x', b: Uint8Array.of(255), c: text, d: new Sensitive('y'), e: new Sensitive(text) },
      plain: ['a'],
    })
    const input = asked[0]?.[1]
    assert.deepEqual(JSON.parse(JSON.stringify(input)), {
      name: 'crm',
      values: {
        a: { encoding: 'utf8', data: 'x' },
        b: { encoding: 'base64', data: '/w==' },
        c: { encoding: 'utf8', data: 't' },
        d: { encoding: 'utf8', data: 'y' },
        e: { encoding: 'utf8', data: 't' },
      },
      plain: ['a'],
    })
  })

  test('of other types are refused by key, all at once, and never shown', async () => {
    const { client, asked } = answering()
    const values = JSON.parse('{"fine":"x","number":123456,"nested":{"a":"hunter2"},"nothing":null}') as Record<
      string,
      string
    > // as an untyped caller would
    await assert.rejects(client.createSecret({ name: 'crm', values }), (error) => {
      assert.ok(isSottoError(error, 'value_invalid'))
      assert.match(error.message, /"number", "nested", "nothing"/)
      assert.ok(!JSON.stringify(error).includes('hunter2') && !error.message.includes('123456'))
      return true
    })
    assert.deepEqual(asked, [])
  })

  test('null removes a key in an update', async () => {
    const { client, asked } = answering()
    await client.updateSecret('crm', { values: { a: 'x', b: null }, remove: ['c'], expectVersion: 2 })
    await client.updateSecret('crm', { description: 'd' })
    assert.deepEqual(JSON.parse(JSON.stringify(asked)), [
      [
        'updateSecret',
        { secret: 'crm', values: { a: { encoding: 'utf8', data: 'x' } }, remove: ['c', 'b'], expectVersion: 2 },
      ],
      ['updateSecret', { secret: 'crm', description: 'd' }],
    ])
  })

  test('may be called __proto__', async () => {
    const { client, asked } = answering({ setSecrets: () => ({ secrets: [{ outcome: 'created' }] }) })
    const values = JSON.parse('{"__proto__":"x"}') as Record<string, string> // an own member of that name
    await client.setSecret({ name: 'crm', values })
    assert.match(JSON.stringify(asked), /"values":\{"__proto__":\{"encoding":"utf8","data":"x"\}\}/)
  })
})

describe('reading a secret', () => {
  test('is one item of resolve', async () => {
    const { client, asked } = answering({ resolveSecrets: () => ({ secrets: [revealed] }) })
    const secret = await client.getSecret('crm', { keys: ['a'], scope: 'workspace', version: 2 })
    assert.equal(secret.name, 'crm')
    assert.deepEqual(asked, [
      ['resolveSecrets', { items: [{ secret: 'crm', keys: ['a'], scope: 'workspace', version: 2 }] }],
    ])
  })

  test('fails clearly where the answer is none', async () => {
    const internal = (error: unknown) => isSottoError(error, 'internal')
    for (const secrets of [[], [{ unchanged: true, id: 'x', name: 'crm', version: 1 }]]) {
      await assert.rejects(answering({ resolveSecrets: () => ({ secrets }) }).client.getSecret('crm'), internal)
    }
  })
})

describe('a list', () => {
  const pages = (query: { cursor?: string }) =>
    query.cursor === undefined ? { items: ['a', 'b'], cursor: '2' } : { items: ['c'] }

  test('is walked page by page with its filter, again by each loop, and asks nothing before', async () => {
    const { client, asked } = answering({ listSecrets: pages })
    const list = client.listSecrets({ namePrefix: 'c', sort: '-name' })
    assert.equal(asked.length, 0)
    for (const _ of [1, 2]) {
      const seen: unknown[] = []
      for await (const item of list) seen.push(item)
      assert.deepEqual(seen, ['a', 'b', 'c'])
    }
    assert.deepEqual(asked.map(([, input]) => input).slice(0, 2), [
      { namePrefix: 'c', sort: '-name' },
      { namePrefix: 'c', sort: '-name', cursor: '2' },
    ])
    assert.equal(asked.length, 4)
  })

  test('exists of everything that has pages', async () => {
    const { client, asked } = answering()
    const lists = [
      client.listSecrets(),
      client.listSecretVersions('crm'),
      client.listSecretUses('crm'),
      client.listComponents({ type: 'orchestrator' }),
      client.listStacks(),
      client.listRuns({ pipeline: 'churn' }),
    ]
    for (const list of lists) for await (const item of list) assert.fail(JSON.stringify(item))
    assert.deepEqual(
      asked.map(([name]) => name),
      ['listSecrets', 'listSecretVersions', 'listSecretUses', 'listComponents', 'listStacks', 'listRuns'],
    )
  })
})

describe('every other method', () => {
  const tracker = 'experiment-tracker'
  const calls: readonly (readonly [OperationName, (client: Client) => Promise<unknown>, unknown])[] = [
    ['renameSecret', (c) => c.renameSecret('a', 'b', { scope: 'user' }), { secret: 'a', newName: 'b', scope: 'user' }],
    ['deleteSecret', (c) => c.deleteSecret('a'), { secret: 'a' }],
    ['describeSecret', (c) => c.describeSecret('a'), { secret: 'a' }],
    ['describeFlavor', (c) => c.describeFlavor(tracker, 'mlflow'), { type: tracker, flavor: 'mlflow' }],
    ['listFlavors', (c) => c.listFlavors(tracker), { type: tracker }],
    [
      'updateComponent',
      (c) => c.updateComponent(tracker, 'm', { remove: ['x'] }),
      { type: tracker, component: 'm', remove: ['x'] },
    ],
    ['copyComponent', (c) => c.copyComponent(tracker, 'm', 'n'), { type: tracker, component: 'm', newName: 'n' }],
    ['renameComponent', (c) => c.renameComponent(tracker, 'm', 'n'), { type: tracker, component: 'm', newName: 'n' }],
    ['deleteComponent', (c) => c.deleteComponent(tracker, 'm'), { type: tracker, component: 'm' }],
    ['describeComponent', (c) => c.describeComponent(tracker, 'm'), { type: tracker, component: 'm' }],
    ['registerStack', (c) => c.registerStack({ name: 's', components: {} }), { name: 's', components: {} }],
    ['updateStack', (c) => c.updateStack('s', { remove: ['alerter'] }), { stack: 's', remove: ['alerter'] }],
    ['copyStack', (c) => c.copyStack('s', 't'), { stack: 's', newName: 't' }],
    ['renameStack', (c) => c.renameStack('s', 't'), { stack: 's', newName: 't' }],
    ['deleteStack', (c) => c.deleteStack('s'), { stack: 's' }],
    ['describeStack', (c) => c.describeStack(), { stack: undefined }],
    ['activateStack', (c) => c.activateStack('s'), { stack: 's' }],
    [
      'updateStackSettings',
      (c) => c.setStackSettings('s', { a: 1 }, { remove: ['b'] }),
      { stack: 's', settings: { a: 1 }, remove: ['b'] },
    ],
    ['checkReferences', (c) => c.checkStack('s', { level: 'NONE' }), { stack: 's', level: 'NONE' }],
    ['checkReferences', (c) => c.checkReferences({ stack: null }), { stack: null }],
    ['describeRun', (c) => c.describeRun('r'), { run: 'r' }],
    ['listRunSecrets', (c) => c.listRunSecrets('r'), { run: 'r' }],
  ]
  for (const [name, call, input] of calls) {
    test(`hands ${name} to the Api`, async () => {
      const { client, asked } = answering()
      await call(client)
      assert.deepEqual(asked, [[name, input]])
    })
  }
})

describe('the connection', () => {
  test('is made at the first call, once, and again after it failed', async () => {
    let made = 0
    const { client: front } = answering()
    const client = new Client({
      api: async () => {
        made += 1
        if (made === 1) throw new SottoError('store_busy', 'the store is busy')
        return front.getApi()
      },
    })
    assert.equal(made, 0)
    await assert.rejects(client.describeStack(), (error) => isSottoError(error, 'store_busy'))
    await Promise.all([client.describeStack(), client.describeStack()])
    assert.equal(made, 2)
  })

  test('is closed once, by hand or at the end of a block, and refuses to go on', async () => {
    let closed = 0
    const api = await answering().client.getApi()
    const closing = () =>
      new Client({
        api,
        close: () => {
          closed += 1
        },
      })
    const client = closing()
    await client.close()
    await client.close()
    await assert.rejects(client.describeStack(), (error) => isSottoError(error, 'usage'))
    {
      await using other = closing()
      await other.describeStack()
    }
    assert.equal(closed, 2)
  })
})
