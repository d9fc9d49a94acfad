/** What can be wrong with a reference, and the error that says so without repeating what was written. */
import { SottoError } from '../model/error.ts'

export type ReferenceProblemKind = 'unclosed' | 'empty' | 'no dot' | 'an id' | 'bad name' | 'bad key' | 'bad version'

/** One `{{` that does not parse. */
export interface ReferenceProblem {
  readonly kind: ReferenceProblemKind
  /** Line and column of its first brace, both from 1; a column counts characters. */
  readonly line: number
  readonly column: number
  /** `name.key` as written, if it has that shape. Anything else could be a secret pasted by mistake. */
  readonly shape?: string
  /** Unclosed where the text ends: most likely a shell has split it at a blank. */
  readonly atEnd: boolean
}

/** A problem and the attribute or setting it stands in: `hosts[0].url`. */
export interface PlacedProblem extends ReferenceProblem {
  readonly path?: string
}

const words: { readonly [kind in ReferenceProblemKind]: string } = {
  unclosed: 'is not closed with }}',
  empty: 'names no secret and no key',
  'no dot': 'has no dot between the name of the secret and the key',
  'an id': 'holds an id, and references go by name',
  'bad name': 'has a name of a secret that is not allowed',
  'bad key': 'has a key that is not allowed',
  'bad version': 'has a version that is not a whole number from 1',
}

const quote = "quote it for the shell, which splits at blanks: '{{ name.key }}'; or write {{name.key}} without blanks"
const grammar = 'write {{name.key}}, or {{name.key@3}} for one version; \\{{ means the braces themselves'

/** The sentence about one problem: `reference "crm.key" at line 1, column 5 is not closed with }}`. */
export function describeProblem(problem: PlacedProblem): string {
  const where = problem.path === undefined || problem.path === '' ? '' : `${problem.path}: `
  const what = problem.shape === undefined ? 'reference' : `reference "${problem.shape}"`
  return `${where}${what} at line ${String(problem.line)}, column ${String(problem.column)} ${words[problem.kind]}`
}

/** One `reference_malformed` for all problems of an input. Its details locate the first and list all. */
export function malformed(problems: readonly PlacedProblem[]): SottoError {
  const sentences = problems.map(describeProblem)
  const [first] = problems
  const message =
    sentences.length === 1
      ? (sentences[0] ?? '')
      : `${String(sentences.length)} references are malformed:\n  ${sentences.join('\n  ')}`
  return new SottoError('reference_malformed', message, {
    hint: problems.some((problem) => problem.atEnd) ? quote : grammar,
    details: {
      ...(first === undefined ? {} : { line: first.line, column: first.column, problem: first.kind }),
      ...(first?.path === undefined ? {} : { path: first.path }),
      problems: sentences,
    },
  })
}
