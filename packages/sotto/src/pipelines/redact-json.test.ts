import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redactJson } from './redact-json.ts'
import { Redactor } from '../redaction/redactor.ts'

test('values are masked in texts, names and numbers of JSON at any depth, and nothing else changes', () => {
  const redactor = new Redactor()
  redactor.add('correct-horse')
  redactor.add('20261124')
  assert.deepEqual(
    redactJson(redactor, {
      login: ['user:correct-horse', { 'correct-horse': true }],
      number: 20261124,
      other: [1.5, null, false, 'horse'],
    }),
    { login: ['user:***', { '***': true }], number: '***', other: [1.5, null, false, 'horse'] },
  )
})
