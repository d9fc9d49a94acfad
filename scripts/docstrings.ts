// Reads what our sources export, with its docstrings, for the generated documents. Parsed with
// oxc-parser: TypeScript 7 is a native program, and the interface to its parser is still unstable.

import { readFileSync } from 'node:fs'
import { parseSync, type Comment } from 'oxc-parser'

/** Something declared in a source. */
export interface Declared {
  readonly name: string
  readonly kind: 'class' | 'interface' | 'type' | 'function' | 'const' | 'member'
  /** The source of a type or constant; of anything else its head, without the body. */
  readonly code: string
  /** Paragraphs of the docstring, as Markdown; empty where there is none. */
  readonly doc: string
  /** TypeScript of each `@example`. */
  readonly examples: readonly string[]
  /** Public members of a class or an interface, in the order of the source. */
  readonly members: readonly Declared[]
}

/** A property of a table in the source, with the line comment that heads its group. */
export interface TableEntry {
  readonly name: string
  readonly doc: string
  /** Words of the last line comment before it. */
  readonly group: string
}

/** A node of the syntax tree, of which we read only what we look for. */
interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

interface Source {
  readonly text: string
  readonly body: readonly Node[]
  readonly comments: readonly Comment[]
}

/** All exported declarations of a file. Throws where it does not parse. */
export function readDeclarations(file: string): Declared[] {
  const source = parse(file)
  return source.body.flatMap((statement) => {
    const declaration = statement['declaration']
    if (statement.type !== 'ExportNamedDeclaration' || !isNode(declaration)) return []
    return [declared(source, statement, declaration)]
  })
}

/** Names that a file exports from elsewhere, in their order. */
export function readReexports(file: string): string[] {
  return parse(file).body.flatMap((statement) =>
    statement.type === 'ExportNamedDeclaration'
      ? nodesOf(statement['specifiers']).map((each) => nameOf(each['exported']))
      : [],
  )
}

/** The entries of the object that a constant is initialized with. */
export function readTable(file: string, constant: string): TableEntry[] {
  const source = parse(file)
  const found = source.body
    .map((statement) => (isNode(statement['declaration']) ? statement['declaration'] : statement))
    .flatMap((statement) => nodesOf(statement['declarations']))
    .find((each) => nameOf(each['id']) === constant)
  const table = found === undefined ? undefined : objectIn(found['init'])
  if (table === undefined) throw new Error(`${file} has no table ${constant}`)
  return nodesOf(table['properties']).map((entry) => {
    const heading = source.comments.findLast(
      (each) => each.type === 'Line' && each.start > table.start && each.end < entry.start,
    )
    return { name: nameOf(entry['key']), doc: docstring(source, entry.start).doc, group: heading?.value.trim() ?? '' }
  })
}

function parse(file: string): Source {
  const text = readFileSync(file, 'utf8')
  const { program, comments, errors } = parseSync(file, text)
  const [error] = errors
  if (error !== undefined) throw new Error(`${file}: ${error.message}`)
  return { text, body: nodesOf(program.body), comments }
}

function declared(source: Source, statement: Node, declaration: Node): Declared {
  const kinds: { readonly [type: string]: Declared['kind'] } = {
    ClassDeclaration: 'class',
    TSInterfaceDeclaration: 'interface',
    TSTypeAliasDeclaration: 'type',
    FunctionDeclaration: 'function',
    TSDeclareFunction: 'function',
    VariableDeclaration: 'const',
  }
  const kind = kinds[declaration.type]
  if (kind === undefined) throw new Error(`a declaration of type ${declaration.type} is not known`)
  const subject = kind === 'const' ? (nodesOf(declaration['declarations'])[0] ?? declaration) : declaration
  const whole = kind === 'interface' || kind === 'type' || kind === 'const'
  return {
    name: nameOf(subject['id']),
    kind,
    code: whole ? source.text.slice(declaration.start, declaration.end) : headOf(source, declaration),
    ...docstring(source, statement.start),
    members: members(source, declaration),
  }
}

function members(source: Source, declaration: Node): Declared[] {
  const body = declaration['body']
  if (!isNode(body)) return []
  return nodesOf(body['body']).flatMap((member): Declared[] => {
    const key = member['key']
    // Blocks that run when the class is made, private members, and what the language calls by a symbol.
    if (!isNode(key) || key.type === 'PrivateIdentifier' || member['computed'] === true) return []
    return [
      {
        name: nameOf(key),
        kind: 'member',
        code: headOf(source, member),
        ...docstring(source, member.start),
        members: [],
      },
    ]
  })
}

/** The source of a declaration up to its body or value, on one line, without words that do not concern a caller. */
function headOf(source: Source, node: Node): string {
  const value = node['value']
  const body = [node['body'], isNode(value) ? value['body'] : undefined].find(isNode)
  const initial =
    node.type === 'PropertyDefinition' && isNode(value) ? source.text.lastIndexOf('=', value.start) : undefined
  const end = node.type === 'TSMethodSignature' ? node.end : (initial ?? body?.start ?? node.end)
  return source.text
    .slice(node.start, end)
    .replace(/\s+/g, ' ')
    .replace(/,? \)/g, ')')
    .replaceAll('( ', '(')
    .replace(/^(?:override |async |export )*/, '')
    .trim()
}

/** The docstring right before a place, taken apart. */
function docstring(source: Source, start: number): { readonly doc: string; readonly examples: readonly string[] } {
  const comment = source.comments.findLast((each) => each.end <= start)
  const isOurs =
    comment?.type === 'Block' && comment.value.startsWith('*') && source.text.slice(comment.end, start).trim() === ''
  if (comment === undefined || !isOurs) return { doc: '', examples: [] }
  const text = comment.value.slice(1).replace(/^[ \t]*\* ?/gm, '')
  const [doc = '', ...examples] = text.split(/^@example[ \t]*$/m)
  return { doc: unwrap(doc), examples: examples.map((example) => example.replace(/^\n+|\s+$/g, '')) }
}

/** Paragraphs on one line each, so that a change of width changes no document. */
function unwrap(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' '))
    .join('\n\n')
}

/** The object behind `as const` and the like. */
function objectIn(value: unknown): Node | undefined {
  if (!isNode(value)) return undefined
  return value.type === 'ObjectExpression' ? value : objectIn(value['expression'])
}

function nameOf(node: unknown): string {
  const name = isNode(node) ? (node['name'] ?? node['value']) : undefined
  if (typeof name !== 'string') throw new Error('a name was expected in the syntax tree')
  return name
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}
