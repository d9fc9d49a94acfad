/** Finds the command that the words name, wherever options stand between them. */
import { nearest, shown, SottoError } from '@sotto/sdk/model'
import type { CommandSpec, Noun } from '../command.ts'

/** The command with the arguments left for it, or the level of the table that the words reach. */
export type Found =
  | { readonly command: CommandSpec; readonly argv: readonly string[] }
  | { readonly command?: undefined; readonly level: readonly string[]; readonly argv: readonly string[] }

/** Options that may stand before the command and take the next word as their value. */
const takesWord = new Set(['-o', '--output'])

/** An unknown word is refused with `usage` and the nearest known one. */
export async function findCommand(nouns: readonly Noun[], argv: readonly string[]): Promise<Found> {
  const level: string[] = []
  const passed: string[] = []
  let commands: readonly CommandSpec[] = []
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? ''
    if (word === '--') break
    if (word.startsWith('-')) {
      passed.push(word)
      if (takesWord.has(word) && index + 1 < argv.length) passed.push(argv[++index] ?? '')
      continue
    }
    commands =
      level.length === 0 ? await commandsOf(nouns, word) : commands.filter(({ path }) => path[level.length] === word)
    if (commands.length === 0) throw await unknown(nouns, level, word)
    level.push(word)
    const exact = commands.find(({ path }) => path.length === level.length)
    if (exact !== undefined) return { command: exact, argv: [...passed, ...argv.slice(index + 1)] }
  }
  return { level, argv: passed }
}

/** Commands that begin with this word; none where it is unknown. */
export async function commandsOf(nouns: readonly Noun[], word: string): Promise<readonly CommandSpec[]> {
  const commands = (await nouns.find(({ name }) => name === word)?.commands()) ?? []
  // Several small nouns share a table.
  return commands.filter(({ path }) => path[0] === word)
}

/** Words that may follow this level, hidden ones left out. */
export async function wordsAfter(nouns: readonly Noun[], level: readonly string[]): Promise<readonly string[]> {
  const [first] = level
  if (first === undefined) return nouns.filter(({ hidden }) => hidden !== true).map(({ name }) => name)
  const commands = await commandsOf(nouns, first)
  const words = commands
    .filter(
      ({ path, hidden }) =>
        hidden !== true && path.length > level.length && level.every((word, index) => path[index] === word),
    )
    .map(({ path }) => path[level.length] ?? '')
  return [...new Set(words)]
}

async function unknown(nouns: readonly Noun[], level: readonly string[], word: string): Promise<SottoError> {
  const prefix = ['sotto', ...level].join(' ')
  const near = nearest(word, await wordsAfter(nouns, level))
  return new SottoError('usage', `${prefix} has no command ${shown(word)}`, {
    hint: near === undefined ? `${prefix} --help` : `${prefix} ${near}`,
  })
}
