/**
 * Exports of other stores, each as its own command writes it, in JSON or YAML. Which one it is shows by the shape:
 *
 *     vault        {"request_id": …, "data": {"data": {…}, "metadata": {…}}}       vault kv get; version 1: "data": {…}
 *     kubernetes   {"kind": "Secret", "metadata": {"name": …}, "data": base64, "stringData": text}; a List of them
 *     aws          {"ARN": …, "Name": …, "SecretString": JSON or text, "SecretBinary": base64}
 *     infisical    [{"key": …, "value": …, …}]
 *     doppler      {NAME: {"computed": …, "raw": …}}
 *     1password    {"title": …, "fields": [{"label": …, "value": …, "section": {"label": …}}]}
 */
import { SottoError, textValue } from '@sotto/sdk/model'
import { base64Value, memberOf, memberText, ValuesTextError } from '../values/values-text.ts'
import { parseJsonValues } from '../values/parse-json-values.ts'
import type { ValuesEntry } from '../values/values-text.ts'
import type { ImportFormat } from './format-names.ts'
import { keysOf } from './imported.ts'
import type { ImportedKey, ImportedSecret } from './imported.ts'

export interface OtherStore {
  readonly format: ImportFormat
  readonly isLike: (root: ValuesEntry) => boolean
  /** `place` is named in errors. Code: `value_invalid`. */
  readonly read: (root: ValuesEntry, place: string) => readonly ImportedSecret[]
}

export const otherStores: readonly OtherStore[] = [
  {
    format: 'vault',
    isLike: (root) => memberOf(root, 'request_id') !== undefined && memberOf(root, 'data')?.kind === 'mapping',
    read: readVault,
  },
  { format: 'kubernetes', isLike: (root) => kubernetesSecrets(root).length > 0, read: readKubernetes },
  {
    format: 'aws',
    isLike: (root) =>
      memberText(root, 'ARN') !== undefined &&
      (memberOf(root, 'SecretString') ?? memberOf(root, 'SecretBinary')) !== undefined,
    read: readAws,
  },
  {
    format: 'infisical',
    isLike: (root) =>
      itemsOf(root).length > 0 &&
      itemsOf(root).every((item) => memberText(item, 'key') !== undefined && memberOf(item, 'value') !== undefined),
    read: readInfisical,
  },
  {
    format: 'doppler',
    isLike: (root) =>
      membersOf(root).length > 0 &&
      membersOf(root).every(
        (entry) => memberOf(entry, 'computed') !== undefined && memberOf(entry, 'raw') !== undefined,
      ),
    read: readDoppler,
  },
  {
    format: '1password',
    isLike: (root) => memberText(root, 'title') !== undefined && memberOf(root, 'fields')?.kind === 'list',
    read: readOnePassword,
  },
]

/** Version 2 of the engine has `data` and `metadata` inside `data`, version 1 the keys themselves. */
function readVault(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const data = memberOf(root, 'data')
  const isSecond = memberOf(data, 'metadata')?.kind === 'mapping' && memberOf(data, 'data') !== undefined
  const keys = isSecond ? memberOf(data, 'data') : data
  if (keys?.kind !== 'mapping') throw empty(place, 'the version is deleted, or "data" is missing')
  return [{ name: undefined, keys: keysOf(keys.entries, place) }]
}

function readKubernetes(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const found = kubernetesSecrets(root)
  if (found.length === 0) throw empty(place, 'no object of kind Secret')
  return found.map((secret) => {
    const packed = membersOf(memberOf(secret, 'data')).map(({ key, line, ...entry }): ImportedKey => {
      const data = entry.kind === 'scalar' ? (entry.value ?? '') : undefined
      if (data === undefined) throw empty(place, `line ${String(line)} is no base64`)
      return { key, line, value: textIfText(data, `${place}: line ${String(line)}`) }
    })
    const texts = keysOf(membersOf(memberOf(secret, 'stringData')), place)
    // What stands in both, the text wins, as in the cluster.
    const kept = packed.filter(({ key }) => !texts.some((text) => text.key === key))
    return { name: memberText(memberOf(secret, 'metadata'), 'name'), keys: [...kept, ...texts] }
  })
}

function kubernetesSecrets(root: ValuesEntry): readonly ValuesEntry[] {
  const all = memberText(root, 'kind') === 'List' ? itemsOf(memberOf(root, 'items')) : [root]
  return all.filter((each) => memberText(each, 'kind') === 'Secret' && memberOf(each, 'apiVersion') !== undefined)
}

/** A text that is a JSON object is the keys of the secret; any other is its one key `value`. */
function readAws(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const name = memberText(root, 'Name')
  const line = memberOf(root, 'SecretString')?.line ?? memberOf(root, 'SecretBinary')?.line ?? 1
  const text = memberText(root, 'SecretString')
  if (text === undefined) {
    const value = base64Value(memberText(root, 'SecretBinary') ?? '', `${place}: SecretBinary`)
    return [{ name, keys: [{ key: 'value', line, value }] }]
  }
  const entries = entriesIn(text)
  if (entries === undefined) return [{ name, keys: [{ key: 'value', line, value: textValue(text) }] }]
  const keys = keysOf(entries, `${place}: SecretString`)
  return [{ name, keys: keys.map((key) => ({ ...key, line })) }]
}

function entriesIn(text: string): readonly ValuesEntry[] | undefined {
  try {
    return text.trimStart().startsWith('{') ? parseJsonValues(text).entries : undefined
  } catch (error) {
    if (error instanceof ValuesTextError) return undefined
    throw error
  }
}

function readInfisical(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const entries = itemsOf(root).map((item) => {
    const value = memberOf(item, 'value')
    const key = memberText(item, 'key')
    if (value === undefined || key === undefined)
      throw empty(place, `no "key" and "value" in line ${String(item.line)}`)
    return { ...value, key }
  })
  return [{ name: undefined, keys: keysOf(entries, place) }]
}

/** `computed` has references to other secrets of Doppler put in. */
function readDoppler(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const entries = membersOf(root).map((entry) => {
    const value = memberOf(entry, 'computed')
    if (value === undefined) throw empty(place, `no "computed" in line ${String(entry.line)}`)
    return { ...value, key: entry.key, line: entry.line }
  })
  return [{ name: undefined, keys: keysOf(entries, place) }]
}

/** Fields without a value are those that nobody filled in. A label that is there twice gets the name of its section. */
function readOnePassword(root: ValuesEntry, place: string): readonly ImportedSecret[] {
  const fields = itemsOf(memberOf(root, 'fields')).filter((field) => memberText(field, 'value') !== undefined)
  const labelOf = (field: ValuesEntry): string => memberText(field, 'label') ?? memberText(field, 'id') ?? ''
  const entries = fields.map((field) => {
    const label = labelOf(field)
    const section = memberText(memberOf(field, 'section'), 'label')
    const isTwice = fields.filter((other) => labelOf(other) === label).length > 1
    const value = memberOf(field, 'value') ?? field
    return { ...value, key: isTwice && section !== undefined ? `${section}_${label}` : label }
  })
  return [{ name: memberText(root, 'title'), keys: keysOf(entries, place) }]
}

/** Bytes that are text become text: most of what Kubernetes keeps in base64 is. */
function textIfText(data: string, place: string): ImportedKey['value'] {
  const value = base64Value(data, place)
  const bytes = Buffer.from(value.data, 'base64')
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? textValue(text) : value
}

function membersOf(entry: ValuesEntry | undefined): readonly ValuesEntry[] {
  return entry?.kind === 'mapping' ? entry.entries : []
}

function itemsOf(entry: ValuesEntry | undefined): readonly ValuesEntry[] {
  return entry?.kind === 'list' ? entry.items : []
}

function empty(place: string, what: string): SottoError {
  return new SottoError('value_invalid', `${place}: ${what}`, { hint: 'sotto secret import --help' })
}
