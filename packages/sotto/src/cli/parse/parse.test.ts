import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../../../../../test/support/property.ts'
import { isSottoError } from '@sotto/sdk/model'
import type { CommandSpec } from '../command.ts'
import { parseInput } from './parse.ts'
import { parseTime } from './parse-time.ts'

const spec: CommandSpec = {
  path: ['secret', 'create'],
  summary: 'x',
  examples: [],
  arguments: [
    { name: 'NAME', help: '' },
    { name: 'REST', help: '', optional: true },
  ],
  options: [
    { name: 'scope', kind: 'text', choices: ['user', 'workspace'], help: '' },
    { name: 'label', kind: 'list', help: '' },
    { name: 'expect-version', kind: 'integer', help: '' },
    { name: 'interactive', short: 'i', kind: 'flag', help: '' },
  ],
  attributes: { reserved: 'secret', shown: '--KEY=VALUE', help: '' },
  load: () => Promise.reject(new Error('never')),
}

const { attributes: _attributes, ...withoutAttributes } = spec

function refusal(argv: string[], of: CommandSpec = spec): { message: string; hint: string } {
  try {
    parseInput(of, argv)
  } catch (error) {
    assert.ok(isSottoError(error))
    return { message: error.message, hint: error.hint ?? '' }
  }
  return assert.fail(`${argv.join(' ')} was taken`)
}

test('options stand anywhere and are written in every usual way', () => {
  const input = parseInput(spec, [
    '--label',
    'a=1',
    'name',
    '-i',
    '--label=b=2',
    '-ojson',
    '--scope',
    'user',
    '--expect-version=3',
  ])
  assert.equal(input.argument('NAME'), 'name')
  assert.deepEqual(input.list('label'), ['a=1', 'b=2'])
  assert.equal(input.flag('interactive'), true)
  assert.equal(input.flag('yes'), false)
  assert.equal(input.text('output'), 'json')
  assert.equal(input.integer('expect-version'), 3)
  assert.equal(input.optionalArgument('REST'), undefined)
})

test('every --NAME=VALUE that is not reserved is an attribute, in any position, and behind -- all are', () => {
  const input = parseInput(spec, ['--a=1', 'name', '--scope=user', '--b=x=y', '--', '--scope=s', '-x', '--c='])
  assert.deepEqual(input.attributes, [
    { name: 'a', text: '1' },
    { name: 'b', text: 'x=y' },
    { name: 'scope', text: 's' },
    { name: 'c', text: '' },
  ])
  assert.equal(input.text('scope'), 'user')
  assert.equal(input.optionalArgument('REST'), '-x')
})

test('any name and text given as an attribute comes out unchanged', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/)
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, fc.string()), { selector: ([key]) => key }), (pairs) => {
      const argv = ['name', '--', ...pairs.map(([key, text]) => `--${key}=${text}`)]
      // The one text that is refused: it is the first third of a reference that the shell has split.
      if (pairs.some(([, text]) => text.endsWith('{{'))) return assert.match(refusal(argv).hint, /^quote it/)
      const input = parseInput(spec, argv)
      assert.deepEqual(
        input.attributes.map(({ name: key, text }) => [key, text]),
        pairs,
      )
    }),
  )
})

test('no refusal shows what may be a value', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          '--scope=hunter2',
          '--scope',
          'hunter2',
          '--x',
          '--lable=hunter2',
          '-z',
          '-ohunter2',
          '--yes=hunter2',
          '--a=hunter2',
          '--expect-version=hunter2',
          '--',
          '{{',
          '-hunter2',
        ),
      ),
      (argv) => {
        try {
          parseInput(spec, argv)
        } catch (error) {
          assert.ok(isSottoError(error))
          // A format is no place for a value: an unknown one is shown.
          if (!error.message.includes('has no output'))
            assert.doesNotMatch(`${error.message} ${String(error.hint)}`, /hunter2/)
        }
      },
    ),
  )
})

test('the hint of a refusal says how to write it', () => {
  assert.equal(refusal(['n', '--user', 'admin']).hint, 'write it with =, as --user=VALUE')
  assert.equal(refusal(['n', '--password=x', '--password=y']).message, '"password" is given twice')
  assert.match(refusal(['n', '--file=x']).hint, /put it after --.*-- --file=VALUE/)
  assert.match(refusal(['n', '--help=x']).hint, /put it after --/)
  assert.match(refusal(['n', '--sotto-later=x']).message, /reserved word/)
  assert.match(refusal(['n', '--tracking={{', 'a.b', '}}']).hint, /^quote it/)
  assert.equal(refusal([]).message, 'NAME is missing')
  assert.equal(refusal(['n', '--scope']).message, '--scope needs a value')
  assert.equal(refusal(['n', '--label', '--a=1']).message, '--label needs a value')
  assert.equal(refusal(['n', '--scop=x'], withoutAttributes).hint, 'did you mean --scope?')
  assert.equal(refusal(['n', '--scope=usr'], withoutAttributes).hint, 'did you mean --scope user?')
  assert.equal(refusal(['n', '-o', 'jsn']).message, 'sotto secret create has no output "jsn"')
})

test('help is shown however incomplete the rest is', () => {
  assert.equal(parseInput(spec, ['-h']).flag('help'), true)
})

test('asking for what the table does not declare fails loudly', () => {
  const input = parseInput(spec, ['n'])
  assert.throws(() => input.text('nothing'), TypeError)
  assert.throws(() => input.flag('scope'), TypeError)
  assert.throws(() => input.argument('OTHER'), TypeError)
})

test('times are dates, RFC 3339, or ages', () => {
  const now = new Date('2026-11-24T12:00:00Z')
  assert.equal(parseTime('after', '7d', now), '2026-11-17T12:00:00.000Z')
  assert.equal(parseTime('after', '90m', now), '2026-11-24T10:30:00.000Z')
  assert.equal(parseTime('after', '2026-11-24', now), '2026-11-24T00:00:00.000Z')
  assert.equal(parseTime('after', '2026-11-24T10:00:00+02:00', now), '2026-11-24T08:00:00.000Z')
  for (const text of ['', 'yesterday', '2026-13-01', '7y', '2026-11-24T10:00:00'])
    assert.throws(() => parseTime('after', text, now), /is no time/)
})
