/** Reads a YAML mapping and keeps each scalar as it is written: `00123`, `1e400`, `yes` come back as such. */
import { shown } from '@sotto/sdk/model'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Scalar } from 'yaml'
import { ValuesTextError } from './values-text.ts'
import type { ValuesEntry, ValuesText } from './values-text.ts'

/**
 * Throws `ValuesTextError` where the text is no YAML mapping or uses tags, anchors, aliases or merge keys: they would
 * give a value that nobody wrote.
 */
export function parseYamlValues(text: string): ValuesText {
  const root = parseYamlDocument(text)
  if (root.kind === 'mapping') return { format: 'YAML', entries: root.entries }
  throw new ValuesTextError(`${root.kind === 'list' ? 'a list' : 'a single text'}, not names with values`)
}

/** The whole text as one entry without a name, whatever it is. Throws as `parseYamlValues`. */
export function parseYamlDocument(text: string): ValuesEntry {
  const lines = new LineCounter()
  // The failsafe schema knows only text, so nothing is turned into a number. The package's own messages quote the
  // source, so only their codes and places are used.
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'error', // `silent` would drop a second document without a word
  })
  const [error] = document.errors
  if (error?.code === 'MULTIPLE_DOCS') throw new ValuesTextError('more than one YAML document')
  if (error !== undefined)
    throw new ValuesTextError(`not valid YAML at ${placeOf(lines, error.pos[0])} (${error.code})`)
  refuseIndirections(document, lines)
  if (document.contents === null) throw new ValuesTextError('empty')
  return valueOf('', document.contents, { lines, line: 1 })
}

function refuseIndirections(document: Document.Parsed, lines: LineCounter): void {
  visit(document, {
    Node(_key, node) {
      const place = placeOf(lines, node.range?.[0] ?? 0)
      if (isAlias(node)) throw new ValuesTextError(`a YAML alias at ${place}; write the value itself`)
      if (node.anchor !== undefined) throw new ValuesTextError(`a YAML anchor at ${place}; write each value by itself`)
      if (node.tag !== undefined)
        throw new ValuesTextError(
          `a YAML tag at ${place}; values are text as they are, bytes come from --KEY=@base64:FILE`,
        )
      if (isScalar(node) && node.value === '<<' && node.type === 'PLAIN' && _key === 'key')
        throw new ValuesTextError(`a YAML merge key at ${place}; write the names themselves`)
    },
  })
}

function entryOf(keyNode: unknown, value: unknown, lines: LineCounter): ValuesEntry {
  if (!isScalar<string>(keyNode)) {
    throw new ValuesTextError(
      isMap(keyNode)
        ? `{{ }} or a mapping as a name at ${placeOf(lines, keyNode.range?.[0] ?? 0)}`
        : 'a name that is no text',
    )
  }
  const { line } = lines.linePos(keyNode.range?.[0] ?? 0)
  return valueOf(keyNode.value, value, { lines, line })
}

function valueOf(
  key: string,
  value: unknown,
  place: { readonly lines: LineCounter; readonly line: number },
): ValuesEntry {
  const { lines, line } = place
  if (isReferenceWithoutQuotes(value)) {
    throw new ValuesTextError(
      `the value of ${shown(key)} at ${placeOf(lines, value.range?.[0] ?? 0)} looks like a reference without quotes; write it as "{{ name.key }}"`,
    )
  }
  if (isMap(value))
    return { key, line, kind: 'mapping', entries: value.items.map((item) => entryOf(item.key, item.value, lines)) }
  if (isSeq(value))
    return { key, line, kind: 'list', items: value.items.map((item) => valueOf('', item, itemPlace(item, lines))) }
  if (!isScalar<string>(value)) return { key, line, kind: 'scalar', value: null }
  return { key, line, kind: 'scalar', value: isNull(value) ? null : value.value }
}

function itemPlace(item: unknown, lines: LineCounter): { readonly lines: LineCounter; readonly line: number } {
  const offset = isMap(item) || isSeq(item) || isScalar(item) ? item.range?.[0] : undefined
  return { lines, line: lines.linePos(offset ?? 0).line }
}

/** `{{ a.b }}` is, to YAML, a mapping whose only name is a mapping. */
function isReferenceWithoutQuotes(value: unknown): value is { range?: [number, number, number] | null } {
  return isMap(value) && value.flow === true && isMap(value.items[0]?.key)
}

function isNull(node: Scalar<string>): boolean {
  return node.type === 'PLAIN' && ['', '~', 'null', 'Null', 'NULL'].includes(node.source ?? node.value)
}

function placeOf(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `line ${String(line)}, column ${String(col)}`
}
