/**
 * The text of an export, which `sotto secret import` reads back to the same bytes. Bytes that are no text are marked:
 * in JSON and YAML as `{"base64": "…"}`, in the lines of a file for the environment by a comment above, which is there
 * for the name of a key too that no variable can have:
 *
 *     # sotto: tls.crt base64
 *     tls_crt=MIIB
 */
import { shown, SottoError } from '@sotto/sdk/model'
import type { SecretValues } from '@sotto/sdk/model'
import type { Call, OutputFormat } from '../command.ts'
import { quoteForDotenv, quoteForEnv } from './env-quote.ts'
import type { RevealedSecret } from './get.ts'

export interface ExportText {
  readonly text: string
  /** What the reader of the text should know. */
  readonly notes: readonly string[]
}

type EnvFormat = 'env' | 'dotenv'

/** One secret. Code: `value_invalid` for what a variable cannot hold. */
export async function exportText(secret: RevealedSecret, format: OutputFormat): Promise<ExportText> {
  const bytes = Object.entries(secret.values).filter(([, { encoding }]) => encoding === 'base64')
  const [first = ''] = bytes.map(([key]) => key)
  const notes =
    bytes.length === 0
      ? []
      : [
          `${bytes.map(([key]) => key).join(', ')}: bytes, written as base64; the bytes themselves: sotto secret get ${secret.name} ${first} > FILE`,
        ]
  if (format === 'env' || format === 'dotenv') {
    const env = envText(secret, format)
    return { text: env.text, notes: [...notes, ...env.notes] }
  }
  return { text: await dataText(dataOf(secret.values), format), notes }
}

/** Several secrets, by name: JSON or YAML. */
export async function exportAllText(secrets: readonly RevealedSecret[], format: OutputFormat): Promise<string> {
  return dataText(Object.fromEntries(secrets.map(({ name, values }) => [name, dataOf(values)])), format)
}

/** `get --reveal -o env` */
export function writeEnv({ print }: Call, secret: RevealedSecret): undefined {
  const { text, notes } = envText(secret, 'env')
  print.write(text)
  for (const note of notes) print.warn(note)
}

/** A key called `__proto__` is an own property of what fromEntries makes. */
function dataOf(values: SecretValues): object {
  return Object.fromEntries(
    Object.entries(values).map(([key, { encoding, data }]) => [key, encoding === 'utf8' ? data : { base64: data }]),
  )
}

async function dataText(data: object, format: OutputFormat): Promise<string> {
  if (format === 'json') return `${JSON.stringify(data, undefined, 2)}\n`
  const { yamlText } = await import('../print/yaml-text.ts')
  return yamlText(data, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
}

function envText(secret: RevealedSecret, format: EnvFormat): ExportText {
  const names = new Map<string, string>()
  const notes: string[] = []
  const lines: string[] = []
  for (const [key, { encoding, data }] of Object.entries(secret.values)) {
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
    const { text, note } = quoted(key, data, format)
    if (note !== undefined) notes.push(note)
    if (name !== key || encoding === 'base64') lines.push(`# sotto: ${key}${encoding === 'base64' ? ' base64' : ''}\n`)
    lines.push(`${name}=${text}\n`)
  }
  return { text: lines.join(''), notes }
}

function quoted(key: string, data: string, format: EnvFormat): { text: string; note: string | undefined } {
  if (format === 'dotenv') {
    const { text, disputed } = quoteForDotenv(data)
    const note = `${key} holds what readers of .env files understand differently; take -o json for them`
    return { text, note: disputed ? note : undefined }
  }
  const { text, shellOnly } = quoteForEnv(data)
  const note = `${key} is quoted for the shell; readers of .env files understand it differently, take -o dotenv or -o json for them`
  return { text, note: shellOnly ? note : undefined }
}
