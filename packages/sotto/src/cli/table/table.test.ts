/** The table itself: what each entry must have, and that reserved words never change unnoticed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandSpec } from '../command.ts'
import { parseInput } from '../parse/parse.ts'
import { commonOptions } from './common-options.ts'
import { nouns } from './nouns.ts'
import { isReserved, reservedWords } from './reserved-words.ts'

async function everyCommand(): Promise<readonly CommandSpec[]> {
  const all = await Promise.all(nouns.map((noun) => noun.commands()))
  return [...new Set(all.flat())]
}

const nameOf = ({ path }: CommandSpec): string => path.join(' ')

test('every command has examples that its own parser takes, and an action', async () => {
  const commands = await everyCommand()
  assert.ok(commands.length > 130, `only ${String(commands.length)} commands`)
  for (const command of commands) {
    assert.ok(command.examples.length >= 2, nameOf(command))
    assert.equal(typeof (await command.load()), 'function', nameOf(command))
    const own = command.examples.filter(({ line }) => line.startsWith(`sotto ${nameOf(command)} `))
    for (const { line } of own) assert.ok(parseInput(command, wordsOf(line).slice(1 + command.path.length)), line)
  }
})

test('options of a command are distinct, and those of commands with attributes are reserved words', async () => {
  for (const command of await everyCommand()) {
    const options = [...(command.options ?? []), ...commonOptions]
    const names = options.map(({ name }) => name)
    const shorts = options.flatMap(({ short }) => (short === undefined ? [] : [short]))
    assert.equal(new Set(names).size, names.length, nameOf(command))
    assert.equal(new Set(shorts).size, shorts.length, nameOf(command))
    const { attributes } = command
    if (attributes !== undefined)
      for (const name of names) assert.ok(isReserved(attributes.reserved, name), `${nameOf(command)} --${name}`)
  }
})

test('the reserved words are these and no others: a new one would steal a key of somebody', () => {
  const everywhere = ['help', 'output', 'json', 'yes', 'dry-run', 'debug', 'quiet', 'workspace', 'token-file']
  assert.deepEqual(reservedWords, {
    secret: [
      ...everywhere,
      'scope',
      'values',
      'interactive',
      'remove',
      'replace',
      'expect-version',
      'expires',
      'label',
      'description',
      'plain',
      'trim',
      'file',
    ],
    component: [...everywhere, 'flavor', 'from', 'description', 'label', 'allow-plaintext'],
    run: [...everywhere, 'stack', 'level', 'frozen', 'connect', 'as'],
  })
  assert.ok(isReserved('secret', 'sotto-later'))
  assert.ok(Object.isFrozen(reservedWords) && Object.isFrozen(reservedWords.secret))
})

/** Splits an example as a shell does, for the quotes that examples use. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ [|>] /)
  return Array.from(command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    word.replaceAll(/['"](?=[^'"]*$|[^'"]*['"])/g, ''),
  )
}
