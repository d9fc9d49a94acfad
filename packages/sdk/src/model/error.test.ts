import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { errorCodes, errorFromShape, isSottoError, SottoError } from './error.ts'
import type { ErrorShape } from './error.ts'
import type * as errorModule from './error.ts'

describe('the table of errors', () => {
  test('has each code once, with a status of HTTP and an exit code that is documented', () => {
    const codes = errorCodes()
    assert.ok(codes.length > 40)
    assert.equal(new Set(codes.map(({ code }) => code)).size, codes.length)
    for (const { code, status, exit } of codes) {
      assert.match(code, /^[a-z]+(_[a-z]+)*$/)
      assert.ok(status >= 400 && status < 600, code)
      assert.ok([1, 2, 3, 4, 5, 6, 7, 8, 126, 127, 130].includes(exit), code)
    }
  })
})

/** In a variable, because the compiler looks for a file of this name otherwise. */
const copyOfModule: string = './error.ts?copy'

describe('an error', () => {
  const error = new SottoError('secret_not_found', 'secret "crm" does not exist', { details: { secret: 'crm' } })

  test('takes status, exit code and standing hint from its code', () => {
    assert.deepEqual([error.status, error.exitCode, error.hint], [404, 3, 'sotto secret list'])
    assert.equal(new SottoError('secret_not_found', 'x', { hint: 'y' }).hint, 'y')
    assert.equal(new SottoError('internal', 'x').hint, undefined)
  })

  test('is the same on the other side of a process border', () => {
    const shape = JSON.parse(JSON.stringify(error)) as ErrorShape // what toJSON gives
    const again = errorFromShape(shape)
    assert.deepEqual(again.toJSON(), error.toJSON())
    assert.ok(isSottoError(again, 'secret_not_found'))
  })

  test('with a code of a later version becomes internal', () => {
    const shape = JSON.parse('{"code":"toString","message":"x","details":{}}') as ErrorShape // a peer that knows more codes
    assert.equal(errorFromShape(shape).code, 'internal')
  })

  test('is known by name and code, not by class', async () => {
    const copy = (await import(copyOfModule)) as typeof errorModule // the same module, loaded twice
    const other = new copy.SottoError('usage', 'x')
    assert.ok(!(other instanceof SottoError))
    assert.ok(isSottoError(other) && isSottoError(other, 'usage') && !isSottoError(other, 'internal'))
    const odd = Object.assign(new Error('x'), { name: 'SottoError', code: 'toString' })
    for (const no of [undefined, 'x', new Error('x'), { name: 'SottoError', code: 'usage' }, odd])
      assert.ok(!isSottoError(no))
  })
})

describe('messages', () => {
  /** A decision taken on the words of a message. */
  const byWords =
    /\.message\b\s*(?:\.(?:includes|match|startsWith|endsWith|indexOf|search)\b|[!=]==(?! ''))|\.test\([^)]*\.message\)/
  const root = join(import.meta.dirname, '../../..')

  test('are not what a program decides by', () => {
    const found: string[] = []
    let files = 0
    for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!/^(sdk|sotto)\/src\/.*\.ts$/.test(name) || name.endsWith('.test.ts')) continue
      files += 1
      readFileSync(join(root, name), 'utf8')
        .split('\n')
        .forEach((line, at) => {
          if (byWords.test(line)) found.push(`${name}:${String(at + 1)}`)
        })
    }
    assert.ok(files > 15, 'found too few sources to mean something')
    assert.deepEqual(found, [])
  })

  test('the rule sees what it forbids', () => {
    for (const bad of ["error.message.includes('x')", "error.message === 'x'", 'if (/x/.test(error.message))'])
      assert.match(bad, byWords)
  })
})
