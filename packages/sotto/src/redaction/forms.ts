import { isUtf8 } from 'node:buffer'
import { base64Forms, hexForms, pythonBytesForms, uriForms } from './byte-forms.ts'
import { htmlForms, jsonForms, lineForms, sourceForms, uriDecoded, urlPasswords } from './text-forms.ts'
import { PREFIX_BYTES } from './trie.ts'

/**
 * Shorter values are not masked, in bytes. `dev`, `8080` or `admin` would tear holes into every log
 * and, by the holes, could be guessed.
 */
export const MIN_VALUE_BYTES: number = PREFIX_BYTES

/**
 * Beyond this length, in bytes, a value is masked as it is, by lines, in JSON and in base64 from
 * its beginning only: all forms of 1 MiB of random bytes would take 1.6 GiB (measured).
 */
export const MAX_FULL_FORMS_BYTES: number = 8 * 1024

/** Everything that a value may look like in an output, each form once and at least six bytes long. */
export function valueForms(value: Uint8Array): Uint8Array[] {
  const forms = new Map<string, Uint8Array>()
  for (const spelling of spellings(value)) {
    for (const form of formsOf(spelling)) {
      const bytes = typeof form === 'string' ? Buffer.from(form) : form
      if (bytes.length >= PREFIX_BYTES) forms.set(Buffer.from(bytes).toString('latin1'), bytes)
    }
  }
  return [...forms.values()]
}

/**
 * The value, and what shells, editors and clients make of it: without the blanks around it (the line
 * break at the end of a file), with the line breaks of the other kind, without its per cent encoding,
 * and the password of a URL, which clients take out of it and print by itself.
 */
function spellings(value: Uint8Array): Uint8Array[] {
  if (!isUtf8(value)) return [value]
  const text = Buffer.from(value).toString()
  const unix = text.replaceAll('\r\n', '\n')
  const texts = new Set([unix, unix.trim(), unix.replaceAll('\n', '\r\n'), unix.trim().replaceAll('\n', '\r\n')])
  if (value.length <= MAX_FULL_FORMS_BYTES)
    for (const other of [...urlPasswords(text), uriDecoded(text)]) if (other !== undefined) texts.add(other)
  return [value, ...[...texts].filter((other) => other !== text).map((other) => Buffer.from(other))]
}

function* formsOf(value: Uint8Array): Generator<string | Uint8Array> {
  yield value
  const text = isUtf8(value) ? Buffer.from(value).toString() : undefined
  if (text !== undefined) yield* lineForms(text)
  if (value.length > MAX_FULL_FORMS_BYTES) {
    yield Buffer.from(value).toString('base64')
    if (text !== undefined) yield JSON.stringify(text).slice(1, -1)
    return
  }
  yield* base64Forms(value)
  yield* hexForms(value)
  yield* uriForms(value)
  yield* pythonBytesForms(value)
  if (text === undefined) return
  yield* jsonForms(text)
  yield* sourceForms(text)
  yield* htmlForms(text)
}
