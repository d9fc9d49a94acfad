// JSON Schema of the types of the model, with their docstrings: so that the OpenAPI document says of inputs and answers
// what the types say. Only the forms of types that the model uses are known; another one is an error.

import { readFileSync } from 'node:fs'
import { parseSync, type Comment } from 'oxc-parser'

export type Schema = { readonly [keyword: string]: unknown }

/** Input and answer of a method of an interface, with its docstring. */
export interface Method {
  readonly name: string
  readonly doc: string
  readonly input: Schema
  readonly output: Schema
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

interface Declaration {
  readonly node: Node
  readonly doc: string
  readonly source: Source
}

interface Source {
  readonly text: string
  readonly comments: readonly Comment[]
}

/** An object's members; `required` names those that must be there. */
interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
}

export class TypeSchemas {
  readonly #declarations = new Map<string, Declaration>()
  readonly #constants = new Map<string, readonly string[]>()
  readonly #used = new Map<string, Schema>()

  constructor(files: readonly string[]) {
    for (const file of files) this.#read(file)
  }

  /** Schemas of the named types that were referred to, by name. */
  get components(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#used].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  methods(interfaceName: string): readonly Method[] {
    const { node, source } = this.#declaration(interfaceName)
    return nodesOf(child(node, 'body')['body']).map((member) => {
      const [input] = nodesOf(member['params'])
      const output = child(child(member, 'returnType'), 'typeAnnotation')
      const [promised] = nodesOf(child(output, 'typeArguments')['params'])
      if (input === undefined || promised === undefined) throw new Error(`${nameOf(member['key'])} has an unknown form`)
      return {
        name: nameOf(member['key']),
        doc: docBefore(source, member.start),
        input: this.#schema(child(child(input, 'typeAnnotation'), 'typeAnnotation'), source),
        output: this.#schema(promised, source),
      }
    })
  }

  /** The members of an object, wherever they are declared. */
  members(schema: Schema): ObjectSchema {
    const resolved = this.resolve(schema)
    if (Array.isArray(resolved['allOf'])) {
      const parts = (resolved['allOf'] as Schema[]).map((part) => this.members(part)) // schemas made below
      return {
        properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as ObjectSchema['properties'],
        required: parts.flatMap(({ required }) => required),
      }
    }
    if (resolved['type'] !== 'object') throw new Error('an object was expected')
    return { properties: {}, required: [], ...resolved }
  }

  resolve(schema: Schema): Schema {
    const name = /^#\/components\/schemas\/(?<name>\w+)$/.exec(String(schema['$ref']))?.groups?.['name']
    if (name === undefined) return schema
    return this.#used.get(name) ?? {}
  }

  #read(file: string): void {
    const text = readFileSync(file, 'utf8')
    const { program, comments } = parseSync(file, text)
    const source = { text, comments }
    for (const statement of nodesOf(program.body)) {
      const node = isNode(statement['declaration']) ? statement['declaration'] : statement
      if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration')
        this.#declarations.set(nameOf(node['id']), { node, source, doc: docBefore(source, statement.start) })
      for (const declared of nodesOf(node['declarations'])) this.#readConstant(declared)
    }
  }

  /** `const words = ['a', 'b'] as const`. */
  #readConstant(declared: Node): void {
    const value = declared['init']
    const list = isNode(value) && value.type === 'TSAsExpression' ? value['expression'] : value
    if (!isNode(list) || list.type !== 'ArrayExpression') return
    const words = nodesOf(list['elements']).map((element) => element['value'])
    if (words.every((word) => typeof word === 'string')) this.#constants.set(nameOf(declared['id']), words)
  }

  #declaration(name: string): Declaration {
    const found = this.#declarations.get(name)
    if (found === undefined) throw new Error(`the type ${name} is not declared in the model`)
    return found
  }

  #schema(node: Node, source: Source): Schema {
    switch (node.type) {
      case 'TSStringKeyword':
        return { type: 'string' }
      case 'TSNumberKeyword':
        return { type: 'number' }
      case 'TSBooleanKeyword':
        return { type: 'boolean' }
      case 'TSNullKeyword':
        return { type: 'null' }
      case 'TSLiteralType':
        return { const: child(node, 'literal')['value'] }
      case 'TSParenthesizedType':
        return this.#schema(child(node, 'typeAnnotation'), source)
      case 'TSTypeOperator': // readonly T[]
        return this.#schema(child(node, 'typeAnnotation'), source)
      case 'TSArrayType':
        return { type: 'array', items: this.#schema(child(node, 'elementType'), source) }
      case 'TSUnionType':
        return this.#union(nodesOf(node['types']), source)
      case 'TSIntersectionType':
        return { allOf: nodesOf(node['types']).map((part) => this.#schema(part, source)) }
      case 'TSTypeLiteral':
        return this.#object(nodesOf(node['members']), source)
      case 'TSMappedType':
        return this.#mapped(node, source)
      case 'TSIndexedAccessType': // (typeof words)[number]
        return { enum: this.#wordsOf(node) }
      case 'TSTypeReference':
        return this.#reference(node, source)
      default:
        throw new Error(`a type of the form ${node.type} has no schema`)
    }
  }

  #union(types: readonly Node[], source: Source): Schema {
    const parts = types.filter(({ type }) => type !== 'TSUndefinedKeyword').map((type) => this.#schema(type, source))
    const [only] = parts
    if (parts.length === 1 && only !== undefined) return only
    const constants = parts.map((part) => part['const']).filter((value) => value !== undefined)
    if (constants.length === parts.length) return { enum: constants }
    return { anyOf: parts }
  }

  #object(members: readonly Node[], source: Source): Schema {
    const properties: Record<string, Schema> = {}
    const required: string[] = []
    for (const member of members) {
      const type = child(child(member, 'typeAnnotation'), 'typeAnnotation')
      if (member.type === 'TSIndexSignature')
        return { type: 'object', additionalProperties: this.#schema(type, source) }
      const name = nameOf(member['key'])
      const description = docBefore(source, member.start)
      const schema = this.#schema(type, source)
      properties[name] = description === '' ? schema : { ...schema, description }
      if (member['optional'] !== true) required.push(name)
    }
    return { type: 'object', properties, required }
  }

  /** `{ readonly [type in Words]?: T }`. */
  #mapped(node: Node, source: Source): Schema {
    const words = this.resolve(this.#schema(child(node, 'constraint'), source))['enum'] as readonly string[] // a union of words
    const value = this.#schema(child(node, 'typeAnnotation'), source)
    const properties = Object.fromEntries(words.map((word) => [word, value]))
    return { type: 'object', properties, required: node['optional'] === true ? [] : words }
  }

  #wordsOf(node: Node): readonly string[] {
    let inner = child(node, 'objectType')
    while (inner.type === 'TSParenthesizedType') inner = child(inner, 'typeAnnotation')
    const words = this.#constants.get(nameOf(inner['exprName']))
    if (words === undefined) throw new Error('the words of an indexed type are not a constant of the model')
    return words
  }

  #reference(node: Node, source: Source): Schema {
    const name = nameOf(node['typeName'])
    const parameters = isNode(node['typeArguments']) ? nodesOf(node['typeArguments']['params']) : []
    const [first, second] = parameters
    if (name === 'Id') return { type: 'string', format: 'uuid' }
    if (name === 'JsonObject') return { type: 'object', additionalProperties: true }
    if (name === 'Json') return {}
    if (name === 'Record') return { type: 'object', properties: {}, required: [] }
    if (first !== undefined && second !== undefined) return this.#utility(name, first, second, source)
    if (name === 'Page' && first !== undefined) return this.#page(first, source)
    if (parameters.length > 0) throw new Error(`the generic type ${name} has no schema`)
    this.#use(name)
    return { $ref: `#/components/schemas/${name}` }
  }

  #use(name: string): void {
    if (this.#used.has(name)) return
    const { node, doc, source } = this.#declaration(name)
    this.#used.set(name, {}) // for types that refer to themselves
    const schema =
      node.type === 'TSInterfaceDeclaration'
        ? this.#interface(node, source)
        : this.#schema(child(node, 'typeAnnotation'), source)
    this.#used.set(name, doc === '' ? schema : { description: doc, ...schema })
  }

  #interface(node: Node, source: Source): Schema {
    const own = this.#object(nodesOf(child(node, 'body')['body']), source)
    const inherited = nodesOf(node['extends']).map((each) =>
      this.members(this.#reference({ ...each, typeName: each['expression'] }, source)),
    )
    if (inherited.length === 0 || own['properties'] === undefined) return own
    const { properties, required } = this.members(own)
    return {
      type: 'object',
      properties: Object.assign({}, ...inherited.map((each) => each.properties), properties) as object,
      required: [...inherited.flatMap((each) => each.required), ...required],
    }
  }

  #utility(name: string, subject: Node, words: Node, source: Source): Schema {
    const schema = this.#schema(subject, source)
    if (name === 'Extract') return this.#extract(schema, this.#schema(words, source))
    const chosen = this.resolve(this.#schema(words, source))
    const named = new Set((chosen['enum'] as readonly string[] | undefined) ?? [chosen['const'] as string]) // words, or one
    if (name === 'Exclude') {
      const all = this.resolve(schema)['enum'] as readonly string[] // a union of words
      return { enum: all.filter((word) => !named.has(word)) }
    }
    if (name !== 'Omit' && name !== 'Pick') throw new Error(`the type ${name} has no schema`)
    const { properties, required } = this.members(schema)
    const keeps = (property: string): boolean => named.has(property) === (name === 'Pick')
    return {
      type: 'object',
      properties: Object.fromEntries(Object.entries(properties).filter(([property]) => keeps(property))),
      required: required.filter(keeps),
    }
  }

  /** The alternatives whose constants are those of the pattern. */
  #extract(schema: Schema, pattern: Schema): Schema {
    const wanted = Object.entries(this.members(pattern).properties)
    const alternatives = this.resolve(schema)['anyOf'] as readonly Schema[] // a union of objects
    const fits = alternatives.filter((each) => {
      const { properties } = this.members(each)
      return wanted.every(([name, { const: value }]) => properties[name]?.['const'] === value)
    })
    const [only] = fits
    if (fits.length !== 1 || only === undefined) throw new Error('Extract leaves not exactly one alternative')
    return only
  }

  #page(item: Node, source: Source): Schema {
    return {
      type: 'object',
      properties: {
        items: { type: 'array', items: this.#schema(item, source) },
        cursor: { type: 'string', description: 'Where the next page begins. Absent on the last page.' },
      },
      required: ['items'],
    }
  }
}

/** The docstring that ends right before a place, in one paragraph. */
function docBefore({ text, comments }: Source, start: number): string {
  const comment = comments.findLast((each) => each.end <= start)
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return ''
  if (text.slice(comment.end, start).trim() !== '') return ''
  return comment.value
    .slice(1)
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function nameOf(node: unknown): string {
  const name = isNode(node) ? (node['name'] ?? node['value']) : undefined
  if (typeof name !== 'string') throw new Error('a name was expected in the syntax tree')
  return name
}

function child(node: Node, field: string): Node {
  const found = node[field]
  if (!isNode(found)) throw new Error(`${node.type} has no ${field}`)
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}
