import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_FULL_FORMS_BYTES, valueForms } from './forms.ts'
import { Redactor } from './redactor.ts'

const VALUE = 'pä\'ss"w\\ord/€😀\n<&>+ x'

/** What is left of a text that has the value in some form between two words. */
function masked(value: string | Uint8Array, written: string | Uint8Array): string {
  const redactor = new Redactor()
  assert.equal(redactor.add(value), true)
  const text = Buffer.concat([Buffer.from('before '), Buffer.from(written), Buffer.from(' after')])
  return Buffer.from(redactor.redactBytes(text)).toString()
}

/** The right side was printed by the program named on the left, not computed here. */
const WRITTEN: Record<string, string> = {
  'raw UTF-8': VALUE,
  'JSON.stringify': JSON.stringify(VALUE).slice(1, -1),
  "Python's json.dumps": String.raw`p\u00e4'ss\"w\\ord/\u20ac\ud83d\ude00\n<&>+ x`,
  'JSON with capital digits': String.raw`p\u00E4'ss\"w\\ord/\u20AC\uD83D\uDE00\n<&>+ x`,
  'JSON with escaped slashes': String.raw`pä'ss\"w\\ord\/€😀\n<&>+ x`,
  "PHP's json_encode": String.raw`p\u00e4'ss\"w\\ord\/\u20ac\ud83d\ude00\n<&>+ x`,
  "Go's json.Marshal": String.raw`pä'ss\"w\\ord/€😀\n\u003c\u0026\u003e+ x`,
  'System.Text.Json': String.raw`p\u00E4\u0027ss\u0022w\\ord/\u20AC\uD83D\uDE00\n\u003C\u0026\u003E\u002B x`,
  'JSON in JSON': JSON.stringify(JSON.stringify(VALUE).slice(1, -1)).slice(1, -1),
  "Python's repr": String.raw`pä\'ss"w\\ord/€😀\n<&>+ x`,
  "Python's ascii": String.raw`p\xe4\'ss"w\\ord/\u20ac\U0001f600\n<&>+ x`,
  "Python's repr of bytes": String.raw`p\xc3\xa4\'ss"w\\ord/\xe2\x82\xac\xf0\x9f\x98\x80\n<&>+ x`,
  'a quoting shell': `p${VALUE.slice(1).replaceAll("'", "'\\''")}`,
  encodeURIComponent: encodeURIComponent(VALUE),
  'URI component with small digits': encodeURIComponent(VALUE).replaceAll(/%../gu, (escape) => escape.toLowerCase()),
  'URI component with + for a blank': encodeURIComponent(VALUE).replaceAll('%20', '+'),
  encodeURI: encodeURI(VALUE),
  URLSearchParams: new URLSearchParams({ v: VALUE }).toString().slice(2),
  "Python's quote": 'p%C3%A4%27ss%22w%5Cord/%E2%82%AC%F0%9F%98%80%0A%3C%26%3E%2B%20x',
  "Python's quote_plus": 'p%C3%A4%27ss%22w%5Cord%2F%E2%82%AC%F0%9F%98%80%0A%3C%26%3E%2B+x',
  'hexadecimal digits': Buffer.from(VALUE).toString('hex'),
  'capital hexadecimal digits': Buffer.from(VALUE).toString('hex').toUpperCase(),
  base64: Buffer.from(VALUE).toString('base64'),
  'URL-safe base64': Buffer.from(VALUE).toString('base64url'),
  "Python's html.escape": 'pä&#x27;ss&quot;w\\ord/€😀\n&lt;&amp;&gt;+ x',
  "Go's html.EscapeString": 'pä&#39;ss&#34;w\\ord/€😀\n&lt;&amp;&gt;+ x',
  XML: 'pä&apos;ss&quot;w\\ord/€😀\n&lt;&amp;&gt;+ x',
  'XML text': 'pä\'ss"w\\ord/€😀\n&lt;&amp;&gt;+ x',
  'line breaks of Windows': VALUE.replace('\n', '\r\n'),
}

describe('the forms of a value', () => {
  for (const [writer, text] of Object.entries(WRITTEN)) {
    test(`as written by: ${writer}`, () => assert.equal(masked(VALUE, text), 'before *** after'))
  }

  test('the password of a URL is masked by itself, as it stands there and decoded', () => {
    const url = 'postgres://svc:p%40ss%2FZebra@db.example:5432/crm?sslmode=require'
    const base64 = Buffer.from('svc:p@ss/Zebra').toString('base64')
    assert.equal(masked(url, 'p%40ss%2FZebra'), 'before *** after')
    assert.equal(masked(url, 'p@ss/Zebra'), 'before *** after')
    assert.match(masked(url, base64), /^before c3Zj\S{0,3}\*\*\* after$/)
    assert.equal(masked(`{"dsn": "${url}"}`, 'p@ss/Zebra'), 'before *** after')
    assert.equal(masked(url, 'db.example svc'), 'before db.example svc after')
    assert.equal(masked('mysql://svc:a@b@db.example/x', 'a@b'), 'before a@b after', 'too short to be masked')
  })

  test('a value that is stored with per cent signs is masked decoded, too', () => {
    assert.equal(masked('p%2FZebra%40-88', 'p/Zebra@-88'), 'before *** after')
    assert.equal(masked('100%-sure-%zz', '100%-sure-%zz'), 'before *** after')
  })

  test('looking for passwords of URLs takes linear time', () => {
    const started = performance.now()
    for (const piece of ['://', '://a:', 'a://b', '%41']) valueForms(Buffer.from(piece.repeat(2000)))
    assert.ok(performance.now() - started < 2000)
  })

  test('base64 is masked at every alignment in longer data, but for the characters shared with the neighbours', () => {
    const value = 'correct>horse?battery'
    for (const before of ['', 'u', 'us', 'user:']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        for (const after of ['', '!', '!!', ':rest']) {
          const encoded = Buffer.from(before + value + after).toString(encoding)
          const shown = masked(value, encoded).slice('before '.length, -' after'.length)
          const [left, right, more] = shown.split('***')
          assert.equal(more, undefined)
          assert.ok(left !== undefined && left.length <= Math.ceil((before.length * 4) / 3), shown)
          assert.ok(
            right !== undefined && right.length <= (after === '' ? 0 : 4 * Math.ceil((after.length + 2) / 3)),
            shown,
          )
          assert.ok(encoded.startsWith(left) && encoded.endsWith(right))
        }
      }
    }
  })

  test('base64 that is broken into lines of 64 or 76 characters is masked line by line', () => {
    const value = Buffer.from(Array.from({ length: 150 }, (_, index) => (index * 7919) % 251))
    for (const width of [64, 76]) {
      const lines = value.toString('base64').match(new RegExp(`.{1,${width}}`, 'gu')) ?? []
      assert.equal(masked(value, lines.join('\n')), `before ${lines.map(() => '***').join('\n')} after`)
    }
  })

  test('each line of a value with several lines is masked alone, whatever the line breaks and the blanks', () => {
    const value = '-----BEGIN KEY-----\r\n  Zm9vYmFyYmF6\n\nshort\nquux"corge\n-----END KEY-----\n'
    assert.equal(masked(value, 'key: Zm9vYmFyYmF6'), 'before key: *** after')
    assert.equal(masked(value, '| quux"corge\r\n| quux\\"corge\r\n'), 'before | ***\r\n| ***\r\n after')
    assert.equal(masked(value, 'a short line'), 'before a short line after')
    const unix = value.replaceAll('\r\n', '\n')
    assert.equal(masked(value, unix), 'before *** after')
    assert.equal(masked(value, unix.replaceAll('\n', '\r\n')), 'before *** after')
    assert.equal(masked(value, JSON.stringify(unix)), 'before "***" after')
  })

  test('the line break at the end of a value does not matter in any form', () => {
    assert.equal(masked('hunter-twenty-two\n', 'hunter-twenty-two'), 'before *** after')
    assert.equal(masked('hunter-twenty-two\n', Buffer.from('hunter-twenty-two').toString('hex')), 'before *** after')
    assert.equal(masked('hunter-twenty-two\n', Buffer.from('hunter-twenty-two').toString('base64')), 'before *** after')
  })

  test('bytes that are no text are masked raw, in base64, in hexadecimal digits, per cent signs and as Python prints them', () => {
    const value = Uint8Array.of(0, 255, 128, 254, 10, 65, 39, 200)
    assert.equal(masked(value, value), 'before *** after')
    assert.equal(masked(value, Buffer.from(value).toString('base64')), 'before *** after')
    assert.equal(masked(value, '00ff80fe0a4127c8'), 'before *** after')
    assert.equal(masked(value, '%00%FF%80%FE%0AA%27%C8'), 'before *** after')
    assert.equal(masked(value, String.raw`\x00\xff\x80\xfe\nA'\xc8`), 'before *** after')
  })

  test('a password in a URL is masked as the URL class writes it', () => {
    const value = 'p@ss/w:rd?#[x]^|{y}'
    const url = new URL('https://host')
    url.username = 'me'
    url.password = value
    assert.equal(masked(value, url.href), 'before https://me:***@host/ after')
  })

  test('a value of more than 8 KiB has few forms, and is masked whole in each', () => {
    const value = Array.from({ length: 600 }, (_, index) => `line ${index} of "a large value"`).join('\n')
    assert.ok(value.length > MAX_FULL_FORMS_BYTES)
    assert.ok(valueForms(Buffer.from(value)).reduce((sum, form) => sum + form.length, 0) < value.length * 14)
    for (const form of [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64')]) {
      assert.equal(masked(value, form), 'before *** after')
    }
    assert.equal(masked(value, 'line 17 of "a large value"'), 'before *** after')
  })

  test('no form is shorter than six bytes and none comes twice', () => {
    for (const value of ['abcdef', '日本', 'a\nb\nc\nd', ' a b c ', '      ', '\0\0\0\0\0\0']) {
      const forms = valueForms(Buffer.from(value)).map((form) => Buffer.from(form).toString('latin1'))
      assert.ok(forms.every((form) => form.length >= 6))
      assert.equal(new Set(forms).size, forms.length)
      assert.ok(forms.length > 0)
    }
  })
})
