/** Reads the file of an import, recognising what it holds. */
import { shown, SottoError, textValue } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { readFile, readStandardInput } from '../values/read-file.ts'
import { scanEnv } from '../values/scan-env.ts'
import { base64Value, ValuesTextError } from '../values/values-text.ts'
import type { ValuesEntry } from '../values/values-text.ts'
import type { ImportFormat } from './format-names.ts'
import { keysOf, renamed } from './imported.ts'
import type { Imported, ImportedSecret } from './imported.ts'

interface Wanted {
  readonly file: string
  readonly from: ImportFormat | undefined
  /** Is the name of the one secret given? Then a mapping of mappings is none. */
  readonly named: boolean
}

/** Codes: `file_unreadable`, `value_invalid`, `input_invalid`; messages hold names and lines, never a value. */
export async function readImport(context: CliContext, wanted: Wanted): Promise<Imported> {
  const { file } = wanted
  const place = file === '-' ? 'standard input' : `file ${shown(file)}`
  const bytes = file === '-' ? await readStandardInput(context) : await readFile(context, file)
  return parseImport(textOf(bytes, place), place, wanted)
}

/** The same for a text. `place` is named in errors. */
export async function parseImport(
  text: string,
  place: string,
  { from, named }: Omit<Wanted, 'file'>,
): Promise<Imported> {
  if (from === 'env' || (from === undefined && looksLikeEnv(text)))
    return { secrets: [readEnv(text, place)], notes: [] }
  const root = await parseTree(text, place)
  if (from === 'json' || from === 'yaml') return { secrets: readPlain(root, named, place), notes: [] }
  const { otherStores } = await import('./other-stores.ts')
  const store = otherStores.find(({ format, isLike }) => (from === undefined ? isLike(root) : format === from))
  if (store === undefined) return { secrets: readPlain(root, named, place), notes: [] }
  return renamed(store.read(root, place))
}

/** The first line that is neither empty nor a comment decides. */
function looksLikeEnv(text: string): boolean {
  const first = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .find((line) => !/^\s*(?:#.*)?$/.test(line))
  return first !== undefined && /^\s*(?:export\s+)?[A-Za-z_][\w.-]*[ \t]*=/.test(first)
}

/** The comment `# sotto: KEY [base64]` above a variable is what an export wrote of a key that a variable cannot show. */
function readEnv(text: string, place: string): ImportedSecret {
  const { variables, problems } = scanEnv(text)
  if (problems.length > 0) {
    const told = problems.map(({ line, text: what }) => `line ${String(line)}: ${what}`)
    throw new SottoError('input_invalid', `${place} cannot be read: ${told.slice(0, 3).join('; ')}`, {
      hint: 'write NAME=value, NAME=\'literal\' or NAME="with \\n"; or say what it holds: --from json|yaml|…',
      details: { problems: told },
    })
  }
  const keys = variables.map(({ name, value, line, comment }) => {
    const [, key = name, marked] = /^sotto: ([A-Za-z_][A-Za-z0-9_.-]*)( base64)?$/.exec(comment) ?? []
    const isBytes = marked !== undefined
    return { key, line, value: isBytes ? base64Value(value, `${place}: line ${String(line)}`) : textValue(value) }
  })
  return { name: undefined, keys }
}

async function parseTree(text: string, place: string): Promise<ValuesEntry> {
  const body = text.replace(/^\ufeff/, '')
  try {
    if (/^\s*[{[]/.test(body)) {
      const { parseJsonDocument } = await import('../values/parse-json-values.ts')
      return parseJsonDocument(body)
    }
    const { parseYamlDocument } = await import('../values/parse-yaml-values.ts')
    return parseYamlDocument(body)
  } catch (error) {
    if (!(error instanceof ValuesTextError)) throw error
    throw new SottoError('value_invalid', `${place}: ${error.message}`, {
      hint: 'sotto secret import reads .env, JSON and YAML, and exports of other stores: sotto secret import --help',
    })
  }
}

/** `{key: value}`, or `{secret: {key: value}}` where no name is given. */
function readPlain(root: ValuesEntry, named: boolean, place: string): readonly ImportedSecret[] {
  if (root.kind !== 'mapping')
    throw new SottoError('value_invalid', `${place}: not names with values`, {
      hint: 'give {"key": "value"}, or {"secret": {"key": "value"}}',
    })
  if (named) return [{ name: undefined, keys: keysOf(root.entries, place) }]
  const nested = root.entries.filter(({ kind }) => kind === 'mapping')
  if (nested.length === 0) return [{ name: undefined, keys: keysOf(root.entries, place) }]
  const flat = root.entries.find(({ kind }) => kind !== 'mapping')
  if (flat !== undefined)
    throw new SottoError('value_invalid', `${place}: line ${String(flat.line)} is a value among secrets`, {
      hint: 'give {"secret": {"key": "value"}} throughout, or name the one secret: sotto secret import FILE NAME',
    })
  return nested.map((entry) => ({
    name: entry.key,
    keys: entry.kind === 'mapping' ? keysOf(entry.entries, `${place}: ${shown(entry.key)}`) : [],
  }))
}

function textOf(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SottoError('value_invalid', `${place} is not UTF-8 text`, {
      hint: 'bytes go in one by one: sotto secret set NAME --KEY=@base64:FILE',
    })
  }
}
