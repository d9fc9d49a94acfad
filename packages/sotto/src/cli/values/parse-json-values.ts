/** Reads a JSON object and keeps each scalar as it is written: `1e400` and `12345678901234567890` lose nothing. */
import { ValuesTextError } from './values-text.ts'
import type { ValuesEntry, ValuesText } from './values-text.ts'

const blank = /[ \t\r\n]*/y
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Deeper data is no configuration; the limit keeps the recursion from the end of the stack. */
const maxDepth = 64

/** The whole text as one entry without a name, whatever it is. Throws as `parseJsonValues`. */
export function parseJsonDocument(text: string): ValuesEntry {
  return new JsonReader(text).readAny()
}

/** Throws `ValuesTextError` with the place where the text is no JSON. Duplicates are left in for the caller to name. */
export function parseJsonValues(text: string): ValuesText {
  return { format: 'JSON', entries: new JsonReader(text).read() }
}

class JsonReader {
  readonly #text: string
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  read(): readonly ValuesEntry[] {
    const entries = this.#object(0)
    this.#end()
    return entries
  }

  readAny(): ValuesEntry {
    this.#take(blank)
    const entry = this.#entry('', 0)
    this.#end()
    return entry
  }

  #end(): void {
    this.#take(blank)
    if (this.#at < this.#text.length) throw this.#wrong()
  }

  #object(depth: number): readonly ValuesEntry[] {
    const entries: ValuesEntry[] = []
    this.#expect('{')
    if (this.#skip('}')) return entries
    do {
      const key = this.#string()
      const line = this.#line
      this.#expect(':')
      entries.push({ ...this.#entry(key, depth + 1), line })
    } while (this.#skip(','))
    this.#expect('}')
    return entries
  }

  #entry(key: string, depth: number): ValuesEntry {
    if (depth > maxDepth) throw this.#wrong()
    this.#take(blank)
    const line = this.#line
    const first = this.#text[this.#at]
    if (first === '{') return { key, line, kind: 'mapping', entries: this.#object(depth) }
    if (first === '[') return { key, line, kind: 'list', items: this.#list(depth) }
    if (first === '"') return { key, line, kind: 'scalar', value: this.#string() }
    const word = this.#take(literal)
    if (word === undefined) throw this.#wrong()
    return { key, line, kind: 'scalar', value: word === 'null' ? null : word }
  }

  #list(depth: number): readonly ValuesEntry[] {
    const items: ValuesEntry[] = []
    this.#expect('[')
    if (this.#skip(']')) return items
    do items.push(this.#entry('', depth + 1))
    while (this.#skip(','))
    this.#expect(']')
    return items
  }

  #string(): string {
    this.#take(blank)
    const token = this.#take(string)
    if (token === undefined) throw this.#wrong()
    return String(JSON.parse(token))
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    // Only blanks hold line breaks.
    if (pattern === blank && found !== undefined) for (const character of found) if (character === '\n') this.#line += 1
    return found
  }

  #skip(character: string): boolean {
    this.#take(blank)
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.#wrong()
  }

  /** Only the place is told: the text around it may be a value. */
  #wrong(): ValuesTextError {
    const before = this.#text.slice(0, this.#at).split('\n')
    return new ValuesTextError(
      `not valid JSON at line ${String(before.length)}, column ${String((before.at(-1) ?? '').length + 1)}`,
    )
  }
}
