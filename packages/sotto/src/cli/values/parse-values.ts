/** JSON or YAML, recognised by content. */
import { SottoError } from '@sotto/sdk/model'
import type { ValuesText } from './values-text.ts'
import { ValuesTextError } from './values-text.ts'

/**
 * What begins like an object is JSON unless only YAML can read it. `place` says in errors where the text came from.
 * Code: `value_invalid`; the message holds no text.
 */
export async function parseValues(text: string, place: string): Promise<ValuesText> {
  const body = text.replace(/^\ufeff/, '')
  let jsonError: unknown
  if (body.trimStart().startsWith('{')) {
    const { parseJsonValues } = await import('./parse-json-values.ts')
    try {
      return parseJsonValues(body)
    } catch (error) {
      jsonError = error
    }
  }
  const { parseYamlValues } = await import('./parse-yaml-values.ts')
  try {
    return parseYamlValues(body)
  } catch (error) {
    // `{"…` was meant as JSON, so JSON's place is the useful one.
    const told = jsonError !== undefined && /^\s*\{\s*"/.test(body) ? jsonError : error
    if (told instanceof ValuesTextError)
      throw new SottoError('value_invalid', `${place}: ${told.message}`, {
        hint: `give names with values, as in {"user":"admin"} or user: admin`,
      })
    throw told
  }
}

/** Code: `value_invalid` where the bytes are no text. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SottoError('value_invalid', '--values is not UTF-8 text', {
      hint: 'give bytes one by one, with --KEY=@FILE',
    })
  }
}
