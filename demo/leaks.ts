/** Searches folders for planted values and their usual encodings. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** The forms in which a value usually shows: as it is, in base64 at each alignment, hex, URI and JSON. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const base64 = [0, 1, 2].flatMap((shift) => {
    // Characters that share bits with what stands before or behind the value are left out.
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
    const inner = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
  })
  const hex = bytes.toString('hex')
  return [
    ...new Set([
      value,
      ...base64,
      hex,
      hex.toUpperCase(),
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
    ]),
  ]
}

/** Files below the folders whose bytes hold one of the values in any form: paths only, never the value. */
export async function findPlanted(folders: readonly string[], values: readonly string[]): Promise<string[]> {
  const forms = values.flatMap(formsOf).map((form) => Buffer.from(form))
  const found: string[] = []
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = path.join(entry.parentPath, entry.name)
      const bytes = await readFile(file)
      if (forms.some((form) => bytes.includes(form))) found.push(file)
    }
  }
  return found
}
