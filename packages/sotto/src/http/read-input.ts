/** Makes the input of an operation of a request's address and body, in the shape that the operation takes. */
import { hasBody, isId, nearest, pathMember, shown, SottoError } from '@sotto/sdk/model'
import type { Operation, OperationName } from '@sotto/sdk/model'
import { operations } from '@sotto/sdk/model'
import * as v from 'valibot'
import { malformed } from './request-error.ts'
import type { Shape } from './schemas/shape.ts'
import { shapes } from './schemas/shapes.ts'

export interface InputParts {
  /** What stands in the path for `{…}`; `undefined` where it is given by query. */
  readonly inPath: string | undefined
  readonly query: ReadonlyMap<string, string>
  /** What the body holds. */
  readonly body: unknown
}

/** More problems than that help nobody. */
const mostProblems = 10

/** Codes: `request_malformed`, and `input_invalid` naming every member that is wrong. */
export function readInput(name: OperationName, parts: InputParts): object {
  const operation = operations[name]
  const shape: Shape<object> = shapes[name]
  const members = gather(operation, parts)
  for (const [parameter, text] of parts.query) setParameter(members, shape, { parameter, text })
  const parsed = v.safeParse(shape, members)
  if (parsed.success) return parsed.output
  throw invalid(parsed.issues, shape)
}

/** Members of the body and the one of the path. */
function gather(operation: Operation, { inPath, query, body }: InputParts): Record<string, unknown> {
  const member = pathMember(operation)
  const members = Object.create(null) as Record<string, unknown> // just what is put in: `__proto__` is a member like any other
  if (hasBody(operation)) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw malformed('its body is no JSON object')
    Object.assign(members, body)
    if (member !== undefined && Object.hasOwn(members, member))
      throw malformed(`"${member}" stands in its address, and its body has it too`)
    for (const name of query.keys())
      if (name !== member) throw malformed('its query has a parameter that belongs into the body')
  }
  if (member !== undefined && inPath !== undefined) {
    if (query.has(member)) throw malformed(`"${member}" stands in its path, and its query has it too`)
    // The text of an id is one text: in which case it was written is the way's, not the id's.
    members[member] = isId(inPath) ? inPath.toLowerCase() : inPath
  }
  return members
}

/** Puts the text of a parameter to its place, read as what the shape has there; `created[from]` is a member of a member. */
function setParameter(
  members: Record<string, unknown>,
  shape: Shape<unknown>,
  { parameter, text }: { parameter: string; text: string },
): void {
  const { name = '', inner } = /^(?<name>[^[]*)(?:\[(?<inner>.*)\])?$/s.exec(parameter)?.groups ?? { name: parameter }
  const found = memberOf(shape, name)
  if (inner === undefined) {
    members[name] = found === undefined ? text : readAs(found, text)
    return
  }
  members[name] ??= Object.create(null)
  const object = members[name]
  if (typeof object !== 'object') throw malformed('its query has a parameter as a whole and by its members')
  const member = found === undefined ? undefined : memberOf(found, inner)
  Object.assign(object as object, { [inner]: member === undefined ? text : readAs(member, text) }) // made above
}

function readAs(shape: Shape<unknown>, text: string): unknown {
  if (shape.type === 'number') return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
  if (shape.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

type Entries = Readonly<Record<string, Shape<unknown>>>

function entriesOf(shape: Shape<unknown>): Entries | undefined {
  return 'entries' in shape ? (shape.entries as Entries) : undefined // strictObject has its members there
}

/** The shape of a member, without the mark that it may be left out. */
function memberOf(shape: Shape<unknown>, name: string): Shape<unknown> | undefined {
  const member = entriesOf(shape)?.[name]
  return member !== undefined && 'wrapped' in member ? (member.wrapped as Shape<unknown>) : member // of exactOptional
}

/** Names places and expectations, never what was there: a value may stand where a name is expected. */
function invalid(issues: readonly v.BaseIssue<unknown>[], shape: Shape<unknown>): SottoError {
  const problems = [...new Set(issues.map((issue) => problemOf(issue, shape)))]
  const told = problems.slice(0, mostProblems)
  const more = problems.length - told.length
  return new SottoError(
    'input_invalid',
    `the input has not the shape that the operation takes: ${told.join('; ')}${more === 0 ? '' : `; and ${String(more)} more`}`,
    { details: { problems: told } },
  )
}

function problemOf(issue: v.BaseIssue<unknown>, shape: Shape<unknown>): string {
  const path = issue.path ?? []
  if (issue.type === 'strict_object' && issue.expected === 'never') return unknownMember(path, shape)
  const place = path.map(({ key }) => (typeof key === 'number' ? '[]' : String(key))).join('.')
  const missing = issue.type === 'strict_object' && issue.input === undefined
  if (missing) return `${place} is missing`
  return `${place === '' ? 'it' : place} is not ${expectation(issue)}`
}

/** Its name may be a value in the wrong place: only the word that was probably meant is told. */
function unknownMember(path: readonly v.IssuePathItem[], shape: Shape<unknown>): string {
  const last = path.at(-1)
  const near = nearest(String(last?.key), Object.keys(entriesOf(shape) ?? {}))
  const place = path.slice(0, -1).map(({ key }) => (typeof key === 'number' ? '[]' : String(key)))
  const where = place.length === 0 ? 'it' : place.join('.')
  return `${where} has a member that is not known${near === undefined ? '' : `; did you mean ${shown(near)}?`}`
}

function expectation({ expected }: v.BaseIssue<unknown>): string {
  return expected === null || expected === 'unknown' ? 'of the type that is expected' : expected
}
