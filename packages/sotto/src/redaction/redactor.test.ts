import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Automaton, type Cursor } from './automaton.ts'
import { valueForms } from './forms.ts'
import { PatternList } from './pattern-list.ts'
import { Redactor, type RedactionStream } from './redactor.ts'
import { NONE } from './trie.ts'

function redactorOf(...values: string[]): Redactor {
  const redactor = new Redactor()
  for (const value of values) assert.equal(redactor.add(value), true)
  return redactor
}

const write = (stream: RedactionStream, text: string): string => Buffer.from(stream.write(Buffer.from(text))).toString()
const flush = (stream: RedactionStream, final: boolean): string => Buffer.from(stream.flush(final)).toString()

describe('registering values', () => {
  test('a value under six bytes is refused, and its label is kept for a warning', () => {
    const redactor = new Redactor()
    assert.equal(redactor.add('12345', 'crm.pin'), false)
    assert.equal(redactor.add('12345', 'crm.pin'), false)
    assert.equal(redactor.add(Uint8Array.of(1, 2)), false)
    assert.equal(redactor.add('ää€', 'crm.password'), true) // seven bytes
    assert.deepEqual(redactor.unmaskedLabels, ['crm.pin'])
    assert.equal(redactor.size, 1)
    assert.equal(redactor.redact('12345 and ää€'), '12345 and ***')
  })

  test('a value that comes twice, as text and as bytes, counts once', () => {
    const redactor = redactorOf('hunter22', 'hunter22')
    assert.equal(redactor.add(Buffer.from('hunter22')), true)
    assert.equal(redactor.size, 1)
  })

  test('the caller may wipe the bytes of a value once it is registered', () => {
    const redactor = new Redactor()
    const value = Buffer.from('hunter22')
    redactor.add(value)
    value.fill(0)
    assert.equal(redactor.redact('hunter22'), '***')
  })
})

describe('masking a text', () => {
  test('the mask tells neither length nor first letters, and may be chosen', () => {
    const redactor = new Redactor({ mask: '<hidden>' })
    redactor.add('abcdef')
    redactor.add('abcdefghijklmnop')
    assert.equal(redactor.redact('[abcdef] [abcdefghijklmnop]'), '[<hidden>] [<hidden>]')
  })

  test('of values that overlap nothing stays, and one mask stands for them', () => {
    const redactor = redactorOf('abcdefgh', 'efghijklmn', 'fghijk')
    assert.equal(redactor.redact('-abcdefghijklmn-'), '-***-')
  })

  test('values that touch are one mask, values with something between them are two', () => {
    const redactor = redactorOf('abcdef', 'uvwxyz')
    assert.equal(redactor.redact('abcdefuvwxyzabcdef'), '***')
    assert.equal(redactor.redact('abcdef:uvwxyz'), '***:***')
  })

  test('a text without values comes back as it is, even where it is no well-formed Unicode', () => {
    const redactor = redactorOf('abcdef')
    const text = 'lone \ud800 surrogate'
    assert.equal(redactor.redact(text), text)
    assert.equal(new Redactor().redact(text), text)
  })

  test('a whole text is complete: its last word stays though a value begins with it', () => {
    const redactor = redactorOf('postgres://user:password@host/db')
    assert.equal(redactor.redact('cannot reach postgres'), 'cannot reach postgres')
  })

  test('colour sequences and characters of several bytes around a value are kept', () => {
    const redactor = redactorOf('hunter22', 'påsswörd€')
    assert.equal(redactor.redact('\u001b[31mhunter22\u001b[0m'), '\u001b[31m***\u001b[0m')
    assert.equal(redactor.redact('€påsswörd€€😀'), '€***€😀')
  })
})

describe('masking a stream', () => {
  test('a value that comes byte by byte is masked, and what cannot belong to it is shown at once', () => {
    const stream = redactorOf('hunter22').stream()
    const shown = Array.from('is hunter22 and hunter23', (letter) => write(stream, letter))
    assert.equal(shown.join(''), 'is *** and hunter23')
    assert.deepEqual(shown.slice(0, 5), ['i', 's', ' ', '', ''])
    assert.equal(stream.heldBytes, 0)
  })

  test('a prompt without line break is shown at once, as far as no value begins with its end', () => {
    const stream = redactorOf('hunter22', ': a long value').stream()
    assert.equal(write(stream, 'Continue? [y/N] '), 'Continue? [y/N] ')
    assert.equal(write(stream, 'Password: '), 'Password')
    assert.equal(stream.heldBytes, 2)
    assert.equal(flush(stream, false), '')
    assert.equal(flush(stream, true), ': ')
  })

  test('fewer bytes are held than the longest form has', () => {
    const value = 'hunter22hunter22hunter23'
    const longest = Math.max(...valueForms(Buffer.from(value)).map((form) => form.length))
    const stream = redactorOf(value).stream()
    for (const letter of 'hunter22'.repeat(50) + 'hunter23') {
      write(stream, letter)
      assert.ok(stream.heldBytes < longest)
    }
  })

  test('touching values are one mask even where they come in different writes', () => {
    const stream = redactorOf('abcdef').stream()
    assert.equal(write(stream, 'x abcdef'), 'x ***')
    assert.equal(write(stream, 'abcdef'), '')
    assert.equal(write(stream, ' abcdef'), ' ***')
  })

  test('a value added while the stream is open is masked in what is held and in all that follows', () => {
    const redactor = redactorOf('abcdefgh-long-value')
    const stream = redactor.stream()
    assert.equal(write(stream, 'x abcdefgh'), 'x ')
    redactor.add('bcdefgh')
    redactor.add('later-value')
    assert.equal(flush(stream, false), '')
    assert.equal(write(stream, ' later-value '), 'a*** *** ')
    assert.equal(write(stream, 'abcdefgh-long-value'), '***')
  })

  test('the first bytes of a value are not lost when another is added in between', () => {
    const redactor = redactorOf('abcdefghijkl')
    const stream = redactor.stream()
    let shown = write(stream, '- abcdefg')
    for (let index = 0; index < 40; index++) redactor.add(`another value ${index}`)
    shown += write(stream, 'hijkl another value 7 -')
    assert.equal(shown + flush(stream, true), '- *** *** -')
  })

  test('an output that breaks off within a value does not show what came of it', () => {
    const cases: [value: string, output: string, shown: string][] = [
      ['a-long-secret-value', 'x a-long', 'x ***'],
      ['a-long-secret-value', 'x a-lon', 'x a-lon'], // five bytes tell little, and end many outputs
      ['abcdef', 'x abc', 'x ***'], // half of the value
      ['abcdef', 'x ab', 'x ab'],
      ['abcdefghi', 'x abcde', 'x ***'],
      ['abcdefghi', 'x abcd', 'x abcd'],
      ['abcdef', 'x abcdefabc', 'x ***'],
    ]
    for (const [value, output, shown] of cases) {
      const stream = redactorOf(value).stream()
      assert.equal(write(stream, output) + flush(stream, true), shown)
      assert.equal(stream.heldBytes, 0)
    }
  })

  test('an encoded value that breaks off is not shown either', () => {
    const stream = redactorOf('a-long-secret-value').stream()
    const encoded = Buffer.from('a-long-secret-value').toString('base64').slice(0, 10)
    assert.equal(write(stream, encoded) + flush(stream, true), '***')
  })

  test('binary output without a value passes byte for byte, whatever the chunks are', () => {
    const stream = redactorOf('hunter22', 'another-value').stream()
    const bytes = Buffer.from(
      Array.from({ length: 300_000 }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 13) & 0xff),
    )
    const pieces: Uint8Array[] = []
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7) % 100_003) {
      pieces.push(stream.write(bytes.subarray(at, at + size)))
    }
    assert.ok(bytes.equals(Buffer.concat([...pieces, stream.flush(true)])))
  })

  test('the chunk may be overwritten after the write, and the result does not change with the next', () => {
    const stream = redactorOf('hunter22').stream()
    const chunk = Buffer.from('one hunt')
    const first = stream.write(chunk)
    chunk.fill(120)
    assert.equal(Buffer.from(stream.write(Buffer.from('er22 two!'))).toString(), '*** two!')
    assert.equal(Buffer.from(first).toString(), 'one ')
  })

  test('without values a stream passes everything', () => {
    const stream = new Redactor().stream()
    assert.equal(write(stream, 'abc'), 'abc')
    assert.equal(flush(stream, true), '')
  })
})

describe('the bound on the work', () => {
  const near = 'a'.repeat(2_000)
  const cases: [name: string, patterns: string[], text: string][] = [
    ['near matches at every byte', [`${near}b`, `${near.slice(0, 50)}b`, 'aaaaaaab'], 'a'.repeat(100_000)],
    ['matches at every byte', ['aaaaaa', `${near}b`, near], 'a'.repeat(100_000)],
    ['entries that lead nowhere', ['abababX', 'bababaX', 'ababab'], 'ab'.repeat(50_000)],
    [
      'near matches that end late',
      [`${'ab'.repeat(500)}X`, `${'ba'.repeat(200)}Y`],
      `${'ab'.repeat(499)}Z`.repeat(100),
    ],
    [
      'many values with one beginning',
      Array.from({ length: 500 }, (_, index) => `sk-live-${index}-x`),
      'sk-live-'.repeat(12_500),
    ],
  ]
  for (const [name, patterns, text] of cases) {
    test(`at most four look-ups a byte: ${name}`, () => {
      const list = new PatternList()
      for (const pattern of patterns) list.append(Buffer.from(pattern))
      const cursor: Cursor = { node: NONE, at: 0, lookups: 0 }
      new Automaton(list).scan(cursor, Buffer.from(text), text.length, [])
      assert.ok(cursor.lookups > 0)
      assert.ok(cursor.lookups <= 4 * text.length, `${cursor.lookups} for ${text.length} bytes`)
    })
  }
})
