/** Reads the text of a project file and names every problem with its line. */
import { nearest, parseValidationLevel, shown, SottoError } from '@sotto/sdk/model'
import { scanTemplate } from '@sotto/sdk/references'
import { isAlias, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Pair } from 'yaml'
import { isVariableName } from '../exec/variable-name.ts'
import type { Project } from './project-file.ts'

type Contents = Omit<Project, 'path'>

const fields = ['workspace', 'stack', 'level', 'exec'] as const
const execFields = ['env'] as const

/** Code: `project_invalid`; the details hold all problems. */
export function parseProject(text: string, path: string): Contents {
  const reader = new Reader(text)
  const contents = reader.read()
  if (reader.problems.length === 0) return contents
  const [first = ''] = reader.problems
  const more = reader.problems.length - 1
  throw new SottoError(
    'project_invalid',
    `${path} is not valid: ${more === 0 ? first : `${String(reader.problems.length)} problems`}`,
    {
      hint: reader.hints[0] ?? `a project file has the fields ${fields.join(', ')}`,
      details: more === 0 ? {} : { problems: reader.problems },
    },
  )
}

class Reader {
  readonly problems: string[] = []
  readonly hints: string[] = []
  readonly #lines = new LineCounter()
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  read(): Contents {
    const nothing: Contents = { workspace: undefined, stack: undefined, level: undefined, execEnv: {} }
    // The failsafe schema knows only text, so that `NONE`, `no` and `007` stay what is written.
    const document = parseDocument(this.#text, {
      schema: 'failsafe',
      prettyErrors: false,
      lineCounter: this.#lines,
      logLevel: 'error', // `silent` would drop a second document without a word
    })
    const [error] = document.errors
    if (error !== undefined) {
      this.#problem(error.pos[0], `not valid YAML (${error.code})`)
      return nothing
    }
    if (document.contents === null) return nothing
    if (!isMap(document.contents)) {
      this.#problem(0, 'not a list of fields')
      return nothing
    }
    let contents = nothing
    for (const pair of document.contents.items) {
      const name = this.#field(pair, fields, '')
      if (name === 'exec') contents = { ...contents, execEnv: this.#exec(pair) }
      else if (name !== undefined) contents = { ...contents, [name]: this.#value(name, pair) }
    }
    return contents
  }

  /** `undefined` for a field that is not known; it is told with its line and the nearest name. */
  #field<F extends string>(pair: Pair, known: readonly F[], prefix: string): F | undefined {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    const field = known.find((name) => name === key)
    if (field !== undefined) return field
    const near = nearest(key, known)
    this.#problem(offsetOf(pair.key), `there is no field ${shown(`${prefix}${key}`)}`)
    if (near !== undefined) this.hints.push(`did you mean ${prefix}${near}?`)
    return undefined
  }

  #value(name: 'workspace' | 'stack' | 'level', pair: Pair): string | undefined {
    const text = this.#textOf(name, pair)
    if (text === undefined || name !== 'level') return text
    try {
      return parseValidationLevel(text, 'the project file')
    } catch (error) {
      if (!(error instanceof SottoError)) throw error
      this.#problem(offsetOf(pair.value), `level ${shown(text)} is not known`)
      if (error.hint !== undefined) this.hints.push(error.hint)
      return undefined
    }
  }

  #exec(pair: Pair): { readonly [variable: string]: string } {
    const variables = new Map<string, string>()
    for (const inner of this.#members('exec', pair)) {
      if (this.#field(inner, execFields, 'exec.') === undefined) continue
      for (const each of this.#members('exec.env', inner)) this.#variable(each, variables)
    }
    return Object.fromEntries(variables)
  }

  #variable(pair: Pair, variables: Map<string, string>): void {
    const name = isScalar(pair.key) ? String(pair.key.value) : ''
    if (!isVariableName(name)) {
      this.#problem(offsetOf(pair.key), `${shown(name)} cannot be the name of a variable`)
      return
    }
    const text = this.#textOf(`exec.env.${name}`, pair)
    if (text === undefined) return
    // Malformed references are found here, with their line, before the store is asked.
    if (scanTemplate(text).problems.length > 0)
      this.#problem(offsetOf(pair.value), `exec.env.${name} holds a reference that does not parse`)
    variables.set(name, text)
  }

  #members(name: string, pair: Pair): readonly Pair[] {
    if (isMap(pair.value)) return pair.value.items
    this.#problem(offsetOf(pair.value) ?? offsetOf(pair.key), `${name} is not a list of fields`)
    return []
  }

  #textOf(name: string, pair: Pair): string | undefined {
    const { value } = pair
    if (isScalar(value) && typeof value.value === 'string' && value.value !== '') return value.value
    const isReference = isMap(value) && value.flow === true && isMap(value.items[0]?.key)
    this.#problem(offsetOf(value) ?? offsetOf(pair.key), `${name} is ${isAlias(value) ? 'an alias' : 'not a text'}`)
    if (isReference) this.hints.push(`put quotes around a reference: ${name.split('.').at(-1) ?? name}: "{{name.key}}"`)
    return undefined
  }

  #problem(offset: number | undefined, text: string): void {
    const { line } = this.#lines.linePos(offset ?? 0)
    this.problems.push(`line ${String(Math.max(1, line))}: ${text}`)
  }
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  const start: unknown = node.range[0]
  return typeof start === 'number' ? start : undefined
}
