/** A person at a terminal who changes their mind: Ctrl-C at each question, a narrow window, no answer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requirePart } from '../support/parts.ts'
import { emptyHome } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'
import { Terminal } from '../support/terminal.ts'
import { assertIntact, PLANTED, storeDigest } from './refusal.ts'

const ctrlC = '\u0003'
const ctrlD = '\u0004'

function open(home: Home, line: string, columns?: number): Promise<Terminal> {
  return Terminal.open('sh', ['-c', line], {
    cwd: home.work,
    env: home.env,
    ...(columns === undefined ? {} : { columns }),
  })
}

/** What is typed at which question, before the last key. */
const stops: readonly (readonly [string, string, readonly (readonly [RegExp, string])[]])[] = [
  ['the key', 'sotto secret create new -i', [[/key: $/, '']]],
  [
    'the value',
    'sotto secret create new -i',
    [
      [/key: $/, 'password\r'],
      [/value of \w+: $/, PLANTED],
    ],
  ],
  [
    'the last question',
    'sotto secret create new -i',
    [
      [/key: $/, 'password\r'],
      [/value of \w+: $/, `${PLANTED}\r`],
      [/key: $/, '\r'],
      [/Store password\?/, ''],
    ],
  ],
  ['deleting', 'sotto secret delete kept', [[/delete/i, '']]],
  ['the scope of missing secrets', 'sotto stack register-secrets tracked', [[/scope/i, '']]],
  [
    'a missing value',
    'sotto stack register-secrets tracked',
    [
      [/scope/i, '\r'],
      [/m\.password: $/, PLANTED],
    ],
  ],
]

test('a question that is not answered writes nothing and ends with 130', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await emptyHome()
  await home.shell(
    `sotto secret create kept --a=x
     sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=http://127.0.0.1:1 --tracking_password={{m.password}}
     sotto stack register tracked --from default --experiment-tracker=mlflow`,
  )
  const before = await storeDigest(home)
  for (const [question, line, answers] of stops)
    for (const [name, key] of Object.entries({ 'Ctrl-C': ctrlC, 'Ctrl-D': ctrlD }))
      await t.test(`${name} at ${question}`, async () => {
        using terminal = await open(home, line)
        for (const [shows, typed] of answers) {
          await terminal.expect(shows)
          // As in every shell, Ctrl-D says something at an empty line only.
          if (typed !== '' && !(typed === PLANTED && key === ctrlD)) terminal.press(typed)
        }
        terminal.press(key)
        assert.equal(await terminal.ended(), 130, terminal.text)
        assert.ok(!terminal.text.includes(PLANTED))
        assert.equal(await storeDigest(home), before)
      })
})

test('in a window of 40 columns every question can be read and answered', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await emptyHome()
  using terminal = await open(home, 'sotto secret create narrow -i', 40)
  await terminal.expect(/key: $/)
  terminal.type('a_key_with_a_name_that_is_longer_than_the_window')
  await terminal.expect(/value of \w+: $/)
  terminal.type(PLANTED)
  await terminal.expect(/key: $/)
  terminal.type('')
  await terminal.expect(/Store/)
  terminal.type('')
  assert.equal(await terminal.ended(), 0, terminal.text)
  assert.doesNotMatch(terminal.text, new RegExp(PLANTED))
  using list = await open(home, 'sotto secret list', 40)
  assert.equal(await list.ended(), 0)
  for (const shown of list.text.split(/\r?\n/)) assert.ok(shown.length <= 40, shown)
  assert.deepEqual(await assertIntact(home), ['narrow'])
})

test('a key or a value that is not allowed is asked for again, and nothing typed before is lost', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await emptyHome()
  using terminal = await open(home, 'sotto secret create again -i')
  await terminal.expect(/key: $/)
  terminal.type('first')
  await terminal.expect(/value of \w+: $/)
  terminal.type(PLANTED)
  await terminal.expect(/key: $/)
  terminal.type('not a key')
  await terminal.expect(/cannot be a key/)
  await terminal.expect(/key: $/)
  terminal.type('first')
  await terminal.expect(/given already/)
  await terminal.expect(/key: $/)
  terminal.type('second')
  await terminal.expect(/value of \w+: $/)
  terminal.type('@missing.txt')
  await terminal.expect(/does not exist/)
  await terminal.expect(/value of \w+: $/)
  terminal.type('x')
  await terminal.expect(/key: $/)
  terminal.type('')
  await terminal.expect(/Store first, second\?/)
  terminal.type('')
  assert.equal(await terminal.ended(), 0, terminal.text)
  assert.equal((await home.shell('sotto secret get again first')).stdout, PLANTED)
})
