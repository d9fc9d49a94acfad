import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { parseEnvFile } from './parse-env-file.ts'

const parsed = (text: string): object => Object.fromEntries(parseEnvFile(text, 'file "x.env"'))

test('names and values are read as the usual readers of .env files read them', () => {
  const text = `\ufeff# a comment
A=plain text   # behind a blank
B=no#comment
export C='literal \\n $HOME # kept'
D="one\\ntwo \\"three\\" \\\\ \\$"   # comment
E=
F=''
  G  =  00123
H="first
second"
I=last`
  assert.deepEqual(parsed(text.replaceAll('\nI=', '\r\nI=')), {
    A: 'plain text',
    B: 'no#comment',
    C: 'literal \\n $HOME # kept',
    D: 'one\ntwo "three" \\ \\$',
    E: '',
    F: '',
    G: '00123',
    H: 'first\nsecond',
    I: 'last',
  })
  assert.deepEqual(parsed(''), {})
})

test('references and their escapes stay as they are written', () => {
  assert.deepEqual(parsed('A={{ db.user }}:{{db.password}}@host # c\nB="\\{{literal}}"'), {
    A: '{{ db.user }}:{{db.password}}@host',
    B: '\\{{literal}}',
  })
})

test('every line that is none is told with its number and without its text', () => {
  assert.throws(
    () => parsed('A=1\nhunter2-secret\nB="x\ny"\nA=2\n2B=hunter2\n'),
    (error: unknown) => {
      assert.ok(isSottoError(error, 'input_invalid'))
      assert.deepEqual(error.details['problems'], [
        'line 2: not NAME=VALUE',
        'line 5: A is given twice',
        'line 6: "2B" cannot be the name of a variable',
      ])
      assert.doesNotMatch(JSON.stringify(error), /hunter2/)
      return true
    },
  )
  for (const broken of ["A='open\nB=1", 'A="open', `A='x' y`, 'A="x"y']) {
    assert.throws(() => parsed(broken), /line 1: the quote of A is not closed, or text follows it/)
  }
})
