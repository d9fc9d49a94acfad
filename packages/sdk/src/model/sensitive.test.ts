import assert from 'node:assert/strict'
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { format, inspect } from 'node:util'
import { SottoError } from './error.ts'
import type * as sensitiveModule from './sensitive.ts'
import { containsSensitive, isSensitive, refuseSensitive, Sensitive } from './sensitive.ts'

const value = 'hunter2'
const secret = new Sensitive(value)
const bytes = new Sensitive(new TextEncoder().encode(value))

/** What a console of Node would print. */
function printed(print: (console: Console) => void): string {
  let text = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  print(new Console({ stdout, stderr: stdout }))
  return text
}

const exits: { readonly [way: string]: () => string } = {
  // oxlint-disable-next-line typescript/restrict-template-expressions -- what is tested
  'a template': () => `${secret}`,
  'String()': () => String(secret),
  concatenation: () => ['', secret].join(''),
  'JSON.stringify': () => JSON.stringify({ secret, list: [secret] }),
  'util.inspect': () => inspect({ secret }),
  'util.inspect of everything': () => inspect(secret, { showHidden: true, depth: 9, getters: true }),
  'util.inspect without custom printing': () =>
    inspect({ secret }, { customInspect: false, showHidden: true, getters: true }),
  'util.format': () => format('%s %o %O %j %d', secret, secret, secret, secret, secret),
  'console.log': () =>
    printed((console) => {
      console.log(secret, 'and %s', secret)
    }),
  'console.dir and table': () =>
    printed((console) => {
      console.dir(secret)
      console.table([{ secret }])
    }),
  structuredClone: () => inspect(structuredClone({ secret }).secret, { showHidden: true }),
  // oxlint-disable-next-line typescript/no-misused-spread -- what is tested
  spreading: () => JSON.stringify([{ ...secret }, Object.entries(secret), Object.getOwnPropertyNames(secret)]),
  'the cause of an error': () => inspect(new Error('failed', { cause: secret })),
  'an Error made of it': () => inspect(new Error(String(secret))),
  'an error of ours': () => inspect(new SottoError('internal', 'failed', { cause: { secret } }), { depth: 9 }),
  assert: () => {
    try {
      assert.deepEqual(secret, { other: 1 })
      return value
    } catch (error) {
      return inspect(error)
    }
  },
}

/** In a variable, because the compiler looks for a file of this name otherwise. */
const copyOfModule: string = './sensitive.ts?copy'

describe('a Sensitive', () => {
  for (const [way, exit] of Object.entries(exits)) {
    test(`does not show its value by ${way}`, () => {
      const text = exit()
      assert.ok(!text.includes(value), text)
    })
  }

  test('prints as *** wherever a program prints it', () => {
    assert.equal(String(secret), '***')
    assert.equal(JSON.stringify([secret, bytes]), '["***","***"]')
    assert.equal(inspect([secret, bytes]), '[ ***, *** ]')
    assert.equal(Object.prototype.toString.call(secret), '[object Sensitive]')
  })

  test('gives its value when asked to', () => {
    assert.equal(secret.reveal(), value)
  })

  test('is told from what only looks like one, also across copies of the module', async () => {
    const copy = (await import(copyOfModule)) as typeof sensitiveModule // the same module, loaded twice
    assert.notEqual(copy.Sensitive, Sensitive)
    assert.ok(isSensitive(new copy.Sensitive('x')))
    for (const other of [undefined, null, 'x', {}, { reveal: () => 'x' }]) assert.ok(!isSensitive(other))
  })
})

describe('a result of a step', () => {
  test('may hold no Sensitive, however deep', () => {
    const loop: { self?: unknown } = {}
    loop.self = loop
    for (const fine of [undefined, 'x', { a: [1, new Map([['k', new Set([1])]])] }, loop])
      assert.ok(!containsSensitive(fine))
    for (const bad of [
      secret,
      [{ a: secret }],
      new Map([[secret, 1]]),
      new Map([[1, secret]]),
      new Set([secret]),
      { loop, secret },
    ]) {
      assert.ok(containsSensitive(bad))
      assert.throws(() => {
        refuseSensitive('the result of step "load"', bad)
      }, /the result of step "load" holds a secret value/)
    }
  })
})
