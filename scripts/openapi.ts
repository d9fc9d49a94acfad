// The OpenAPI document: operations from the table, inputs and answers from the types of the model, what may go wrong from
// their docstrings.

import { readFileSync } from 'node:fs'
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { byName, errorCodes, hasBody, operations, pathMember, SottoError } from '@sotto/sdk/model'
import type { ErrorCode, Operation, OperationName } from '@sotto/sdk/model'
import { TypeSchemas, type Method, type Schema } from './type-schemas.ts'

const root = dirname(import.meta.dirname)
const problemType = 'application/problem+json'
const statuses = new Map(errorCodes().map(({ code, status }) => [code as string, status]))

/** The document as text. */
export function openApiDocument(): string {
  const files = globSync('packages/sdk/src/model/*.ts', { cwd: root, exclude: ['**/*.test.ts', '**/index.ts'] })
  const types = new TypeSchemas(files.toSorted().map((file) => join(root, file)))
  const paths: Record<string, Record<string, Schema>> = {}
  for (const method of types.methods('Api')) {
    const name = method.name as OperationName // the table has an entry for each method of the Api
    const operation = operations[name]
    const path = `/api/v1/workspaces/{workspace}${operation.path}`
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describeOperation(types, method, operation) }
  }
  const { version } = JSON.parse(readFileSync(join(root, 'packages/sotto/package.json'), 'utf8')) as { version: string } // our own
  return `${JSON.stringify({ ...frame(version), paths, components: { ...common(), schemas: { ...types.components, Problem: problem } } }, undefined, 2)}\n`
}

function frame(version: string): Schema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sotto',
      version,
      summary: 'Secrets management for pipelines',
      description:
        'Every operation of Sotto. Ids stand in paths; where `by-name` stands instead, the name goes by query. Values leave by `resolve` alone, and each use of it is in the audit log before the answer is. Times are RFC 3339 with milliseconds.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [...new Set(Object.values(operations).map(tagOf))].map((name) => ({ name })),
  }
}

function tagOf({ path }: Operation): string {
  return path.split('/')[1] ?? ''
}

function common(): Schema {
  return {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of `sotto token create`.' } },
    parameters: {
      workspace: {
        name: 'workspace',
        in: 'path',
        required: true,
        description: 'Name or id of the workspace: `default` where there is only one.',
        schema: { type: 'string' },
      },
    },
    responses: {
      problem: {
        description: 'Refused, or failed: `code` says why, for programs; `detail` and `hint` for people.',
        content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

/** RFC 9457, with what Sotto adds. */
const problem: Schema = {
  type: 'object',
  description: 'An error (RFC 9457). It never holds a value, nor anything else of what was sent but names.',
  properties: {
    type: { type: 'string', description: '`urn:sotto:error:` and the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What is wrong, in words that may change.' },
    code: { enum: [...statuses.keys()], description: 'What is wrong; the words of this list do not change.' },
    hint: { type: 'string', description: 'What mends it: often a command.' },
    details: {
      type: 'object',
      description: 'Facts that a program may use.',
      additionalProperties: {
        anyOf: [
          { type: 'string' },
          { type: 'number' },
          { type: 'boolean' },
          { type: 'array', items: { type: 'string' } },
        ],
      },
    },
    requestId: { type: 'string', description: 'Under which the log of the server knows the request.' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'details', 'requestId'],
}

function describeOperation(types: TypeSchemas, method: Method, operation: Operation): Schema {
  const { properties, required } = types.members(method.input)
  const member = pathMember(operation)
  const others = Object.entries(properties).filter(([name]) => name !== member)
  const [summary = ''] = /^.*?[.:](?= |$)/.exec(method.doc) ?? []
  return {
    operationId: method.name,
    tags: [tagOf(operation)],
    summary: summary.replace(/[.:]$/, ''),
    description: [method.doc, rightOf(operation)].join('\n\n'),
    parameters: [
      { $ref: '#/components/parameters/workspace' },
      ...(member === undefined ? [] : pathParameters(member, required.includes(member))),
      ...(hasBody(operation) ? [] : others.map(([name, schema]) => queryParameter(types, name, schema, required))),
    ],
    ...(hasBody(operation) ? { requestBody: requestBody(others, required) } : {}),
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: method.output } } },
      ...refusals(method.doc),
      default: { $ref: '#/components/responses/problem' },
    },
    'x-sotto-right': `${operation.right} ${operation.kind}`,
    'x-sotto-reveals': operation.reveals,
    'x-sotto-audited': operation.audited,
  }
}

function rightOf({ right, kind, reveals, audited }: Operation): string {
  const leaves = reveals ? ' Values leave by it.' : ''
  return `Takes the right to ${right} ${kind}.${leaves}${audited ? ' Each use is an event of the audit log.' : ''}`
}

function pathParameters(member: string, needed: boolean): readonly Schema[] {
  return [
    {
      name: member,
      in: 'path',
      required: true,
      description: `An id; or \`${byName}\`, and the name by query${needed ? '' : ', or neither'}.`,
      schema: { type: 'string' },
    },
    {
      name: member,
      in: 'query',
      description: `The name, where \`${byName}\` stands in the path.`,
      schema: { type: 'string' },
    },
  ]
}

function queryParameter(types: TypeSchemas, name: string, schema: Schema, required: readonly string[]): Schema {
  const isObject = types.resolve(schema)['type'] === 'object'
  return {
    name,
    in: 'query',
    ...(required.includes(name) ? { required: true } : {}),
    ...(isObject ? { style: 'deepObject', explode: true } : {}),
    ...(typeof schema['description'] === 'string' ? { description: schema['description'] } : {}),
    schema,
  }
}

function requestBody(members: readonly (readonly [string, Schema])[], required: readonly string[]): Schema {
  const properties = Object.fromEntries(members)
  const needed = required.filter((name) => Object.hasOwn(properties, name))
  return {
    required: true,
    content: {
      'application/json': { schema: { type: 'object', properties, required: needed, additionalProperties: false } },
    },
  }
}

/** Statuses of the codes that the docstring names. */
function refusals(doc: string): Readonly<Record<number, Schema>> {
  const named = [...doc.matchAll(/`(?<code>[a-z_]+)`/g)].map(({ groups }) => groups?.['code'] ?? '')
  const byStatus = new Map<number, string[]>()
  for (const code of new Set(named)) {
    const status = statuses.get(code)
    if (status !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => describeCode(code as ErrorCode)).join(', '), // of the table of codes
        content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

function describeCode(code: ErrorCode): string {
  const { hint } = new SottoError(code, '')
  return hint === undefined ? `\`${code}\`` : `\`${code}\` (${hint})`
}
