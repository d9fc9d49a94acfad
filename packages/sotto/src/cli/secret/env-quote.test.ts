import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { fc } from '../../../../../test/support/property.ts'
import { quoteForEnv } from './env-quote.ts'

/** What the shell makes of the line. `x` keeps the line breaks at the end, which the shell cuts off. */
function readByShell(quoted: string): string {
  const result = spawnSync('sh', ['-c', `V=${quoted}\nprintf '%sx' "$V"`], { encoding: 'utf8' })
  return result.stdout.slice(0, -1)
}

const text = fc.string({ unit: fc.constantFrom(...Array.from(`ab'"$\`\\!#=; \n\t~*&{}`)) })

test('a shell reads every value back exactly', () => {
  fc.assert(
    fc.property(text, (value) => {
      assert.equal(readByShell(quoteForEnv(value).text), value)
    }),
    { numRuns: 200 },
  )
})

test('readers of .env files read every value back exactly, unless it is said to be for the shell alone', () => {
  fc.assert(
    fc.property(text, (value) => {
      const { text: quoted, shellOnly } = quoteForEnv(value)
      if (!shellOnly) assert.equal(parseEnv(`V=${quoted}\n`)['V'], value)
    }),
    { numRuns: 1000 },
  )
})

test('a PEM stays readable', () => {
  assert.deepEqual(quoteForEnv('-----BEGIN-----\nMII=\n-----END-----\n'), {
    text: `'-----BEGIN-----\nMII=\n-----END-----\n'`,
    shellOnly: false,
  })
})
