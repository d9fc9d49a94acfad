/**
 * The reference of the API as a page: the OpenAPI document, written out. It has no script, so that nothing on the page of
 * a server that holds secrets can be made to run; a browser's own search finds what is looked for.
 */
import { isJsonArray } from '@sotto/sdk/model'
import type { Json, JsonObject } from '@sotto/sdk/model'

/** The page, whole. `document` is the OpenAPI document. */
export function referencePage(document: JsonObject): string {
  const info = objectOf(document['info'])
  const tags = listOf(document['tags']).map((tag) => textOf(objectOf(tag)['name']))
  const operations = operationsOf(document)
  const sections = tags.map((tag) => {
    const ours = operations.filter(({ operation }) => listOf(operation['tags']).includes(tag))
    return `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>${ours.map(operationHtml).join('')}</section>`
  })
  const schemas = Object.entries(objectOf(objectOf(document['components'])['schemas']))
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Sotto: the API</title><link rel="stylesheet" href="/docs/page.css"></head><body>',
    `<header><h1>${escape(textOf(info['title']))} ${escape(textOf(info['version']))}</h1>`,
    `<p>${prose(textOf(info['description']))} <a href="/openapi.json">OpenAPI 3.1</a></p>`,
    `<nav>${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' ')} <a href="#types">types</a></nav></header>`,
    `<main>${sections.join('')}<section id="types"><h2>types</h2>${schemas.map(schemaHtml).join('')}</section></main>`,
    '</body></html>\n',
  ].join('\n')
}

interface Documented {
  readonly method: string
  readonly path: string
  readonly operation: JsonObject
}

function operationsOf(document: JsonObject): readonly Documented[] {
  return Object.entries(objectOf(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: objectOf(operation),
    })),
  )
}

function operationHtml({ method, path, operation }: Documented): string {
  const id = textOf(operation['operationId'])
  const parameters = listOf(operation['parameters'])
    .map(objectOf)
    .filter((each) => each['name'] !== undefined)
  const body = contentOf(objectOf(operation['requestBody']))
  const responses = Object.entries(objectOf(operation['responses'])).filter(([status]) => status !== 'default')
  return [
    `<details id="${escape(id)}"><summary><code>${method}</code> <code>${escape(path)}</code> ${escape(id)}</summary>`,
    ...textOf(operation['description'])
      .split('\n\n')
      .map((paragraph) => `<p>${prose(paragraph)}</p>`),
    parameters.length === 0 ? '' : `<h3>Parameters</h3><dl>${parameters.map(parameterHtml).join('')}</dl>`,
    body === undefined ? '' : `<h3>Body</h3>${typeHtml(body)}`,
    '<h3>Answers</h3><dl>',
    ...responses.map(([status, response]) => {
      const answer = status === '200' ? contentOf(objectOf(response)) : undefined
      const words = answer === undefined ? prose(textOf(objectOf(response)['description'])) : typeHtml(answer)
      return `<dt>${escape(status)}</dt><dd>${words}</dd>`
    }),
    '</dl></details>',
  ].join('')
}

function parameterHtml(parameter: JsonObject): string {
  const name = `${textOf(parameter['name'])} (${textOf(parameter['in'])})`
  return `<dt>${escape(name)}</dt><dd>${prose(textOf(parameter['description']))} ${typeHtml(parameter['schema'] ?? null)}</dd>`
}

function schemaHtml([name, schema]: readonly [string, Json]): string {
  const description = textOf(objectOf(schema)['description'])
  return `<details id="type-${escape(name)}"><summary>${escape(name)}</summary><p>${prose(description)}</p>${typeHtml(schema)}</details>`
}

function contentOf(holder: JsonObject): Json | undefined {
  return objectOf(objectOf(holder['content'])['application/json'])['schema']
}

/** A type in words: the name of one that is described below, or its members. */
function typeHtml(schema: Json): string {
  const { $ref: ref, type, properties, required, items, anyOf, allOf, additionalProperties, ...rest } = objectOf(schema)
  if (typeof ref === 'string') {
    const name = ref.split('/').at(-1) ?? ''
    return `<a href="#type-${escape(name)}">${escape(name)}</a>`
  }
  if (rest['enum'] !== undefined)
    return listOf(rest['enum'])
      .map((word) => `<code>${escape(JSON.stringify(word))}</code>`)
      .join(' | ')
  if (rest['const'] !== undefined) return `<code>${escape(JSON.stringify(rest['const']))}</code>`
  if (anyOf !== undefined) return listOf(anyOf).map(typeHtml).join(' | ')
  if (allOf !== undefined) return listOf(allOf).map(typeHtml).join(' and ')
  if (type === 'array') return `list of ${typeHtml(items ?? null)}`
  if (additionalProperties !== undefined && typeof additionalProperties === 'object')
    return `object of ${typeHtml(additionalProperties)}`
  const members = Object.entries(objectOf(properties))
  if (members.length === 0) return escape(textOf(type) === '' ? 'any JSON' : textOf(type))
  const needed = listOf(required)
  const rows = members.map(([name, member]) => {
    const description = textOf(objectOf(member)['description'])
    return `<dt>${escape(name)}${needed.includes(name) ? '' : '?'}</dt><dd>${typeHtml(member)} ${prose(description)}</dd>`
  })
  return `<dl>${rows.join('')}</dl>`
}

/** Words with `code` in them. */
function prose(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value) ? value : {}
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isJsonArray(value) ? value : []
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export const referenceStyle = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:0 auto;padding:1rem}
nav a{display:inline-block;padding:.25rem .5rem}
summary{cursor:pointer;padding:.25rem 0;overflow-wrap:anywhere}
code{font-family:ui-monospace,monospace;font-size:.9em}
details{border-top:1px solid #8884}
details>:not(summary){margin-inline-start:1rem}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1rem;margin:.25rem 0}
dt{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
dd{margin:0;min-width:0;overflow-wrap:anywhere}
`
