/** The text of an export. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { OutputFormat } from '../command.ts'
import type { Call } from '../command.ts'
import { quoteForEnv } from './env-quote.ts'
import type { RevealedSecret } from './get.ts'

export interface ExportText {
  readonly text: string
  /** What the reader of the text should know. */
  readonly notes: readonly string[]
}

/** `env`, or JSON or YAML that `--values=@FILE` reads back. Code: `value_invalid` for what a variable cannot hold. */
export async function exportText(secret: RevealedSecret, format: OutputFormat): Promise<ExportText> {
  const values = Object.entries(secret.values)
  const bytes = values.filter(([, { encoding }]) => encoding === 'base64').map(([key]) => key)
  const notes =
    bytes.length === 0
      ? []
      : [
          `${bytes.join(', ')}: bytes, written as base64; the bytes themselves: sotto secret get ${secret.name} ${bytes[0] ?? 'KEY'} > FILE`,
        ]
  if (format === 'env') {
    const env = envText(secret)
    return { text: env.text, notes: [...notes, ...env.notes] }
  }
  // A value called __proto__ is an own property of what fromEntries makes.
  const data = Object.fromEntries(values.map(([key, { data: text }]) => [key, text]))
  if (format === 'json') return { text: `${JSON.stringify(data, undefined, 2)}\n`, notes }
  const { yamlText } = await import('../print/yaml-text.ts')
  return { text: yamlText(data, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }), notes }
}

/** `get --reveal -o env` */
export function writeEnv({ print }: Call, secret: RevealedSecret): undefined {
  const { text, notes } = envText(secret)
  print.write(text)
  for (const note of notes) print.warn(note)
}

function envText(secret: RevealedSecret): ExportText {
  const names = new Map<string, string>()
  const notes: string[] = []
  const lines: string[] = []
  for (const [key, { data }] of Object.entries(secret.values)) {
    const name = key.replaceAll(/[.-]/g, '_')
    const other = names.get(name)
    if (other !== undefined)
      throw new SottoError('value_invalid', `keys ${shown(other)} and ${shown(key)} are the same variable ${name}`, {
        hint: `sotto secret export ${secret.name} -o json`,
      })
    if (data.includes('\0'))
      throw new SottoError('value_invalid', `the value of ${shown(key)} holds a NUL, which no variable can`, {
        hint: `sotto secret get ${secret.name} ${key} > FILE`,
      })
    names.set(name, key)
    if (name !== key) notes.push(`${key} is written as ${name}: a variable's name has no . and -`)
    const { text, shellOnly } = quoteForEnv(data)
    if (shellOnly)
      notes.push(
        `${key} is quoted for the shell; readers of .env files understand it differently, take -o json for them`,
      )
    lines.push(`${name}=${text}\n`)
  }
  return { text: lines.join(''), notes }
}
