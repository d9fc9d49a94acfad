/** `sotto __complete -- WORDS`: prints what may stand in place of the last word, with a note behind a tab. */
import type { Call, CommandSpec, Completes, OptionSpec } from '../command.ts'
import { commandsOf, findCommand, wordsAfter } from '../parse/find-command.ts'
import { commonOptions, outputsOf } from '../table/common-options.ts'
import { nouns } from '../table/nouns.ts'
import { offersFor } from './offers.ts'
import type { Candidate, Place } from './offers.ts'

/** Whatever goes wrong, a key press must not print an error: then nothing is offered. */
export async function printCandidates(call: Call): Promise<undefined> {
  const words = call.input.trailing
  const candidates = await candidatesFor(call, words.slice(0, -1), words.at(-1) ?? '').catch(() => [])
  const current = words.at(-1) ?? ''
  for (const { word, about } of candidates) {
    if (word.startsWith(current)) call.print.write(about === undefined ? `${word}\n` : `${word}\t${about}\n`)
  }
}

async function candidatesFor(call: Call, before: readonly string[], current: string): Promise<readonly Candidate[]> {
  const found = await findCommand(nouns, before)
  if (found.command === undefined) {
    if (current.startsWith('-')) return commonOptions.map(optionCandidate)
    const [first] = found.level
    const commands = first === undefined ? [] : await commandsOf(nouns, first)
    return (await wordsAfter(nouns, found.level)).map((word) => {
      const about =
        first === undefined
          ? nouns.find(({ name }) => name === word)?.summary
          : commands.find(({ path }) => path.at(-1) === word)?.summary
      return about === undefined ? { word } : { word, about }
    })
  }
  const spec = found.command
  if (spec.trailing !== undefined && found.argv.includes('--')) return []
  const place: Place = { call, spec, positionals: positionalsOf(spec, found.argv), argv: found.argv }
  const options = [...(spec.options ?? []), ...commonOptions]
  const waiting = options.find((option) => option.kind !== 'flag' && isNamed(option, found.argv.at(-1)))
  if (waiting !== undefined && !current.includes('=')) return valueCandidates(place, waiting, '', current)
  const at = current.indexOf('=')
  if (current.startsWith('--') && at !== -1) {
    const option = options.find(({ name }) => name === current.slice(2, at))
    const [head, text] = [current.slice(0, at + 1), current.slice(at + 1)]
    return option === undefined
      ? offersFor(place, { kind: 'attribute', name: current.slice(2, at) }, head, text)
      : valueCandidates(place, option, head, text)
  }
  if (current.startsWith('-'))
    return [...options.map(optionCandidate), ...(await offersFor(place, { kind: 'attribute-names' }, '', current))]
  const argument = argumentAt(spec, place.positionals.length)
  return argument === undefined ? [] : offersFor(place, { kind: 'word', completes: argument }, '', current)
}

function argumentAt({ arguments: all = [] }: CommandSpec, index: number): Completes | undefined {
  const last = all.at(-1)
  return (all[index] ?? (last?.many === true ? last : undefined))?.completes
}

/** Words that are neither options nor their values. */
function positionalsOf(spec: CommandSpec, argv: readonly string[]): readonly string[] {
  const options = [...(spec.options ?? []), ...commonOptions].filter(({ kind }) => kind !== 'flag')
  return argv.filter(
    (word, index) => !word.startsWith('-') && !options.some((option) => isNamed(option, argv[index - 1])),
  )
}

function isNamed({ name, short }: OptionSpec, word: string | undefined): boolean {
  return word === `--${name}` || (short !== undefined && word === `-${short}`)
}

function optionCandidate({ name, kind, help }: OptionSpec): Candidate {
  return { word: kind === 'flag' ? `--${name}` : `--${name}=`, about: help }
}

async function valueCandidates(
  place: Place,
  option: OptionSpec,
  head: string,
  text: string,
): Promise<readonly Candidate[]> {
  const choices = option.name === 'output' ? outputsOf(place.spec) : option.choices
  if (choices !== undefined) return choices.map((choice) => ({ word: `${head}${choice}` }))
  return option.completes === undefined
    ? []
    : offersFor(place, { kind: 'word', completes: option.completes }, head, text)
}
