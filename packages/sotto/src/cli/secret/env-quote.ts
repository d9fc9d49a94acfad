/** Quotes a value for a file that both a shell (`set -a; . FILE`) and readers of `.env` files read back exactly. */

export interface QuotedValue {
  readonly text: string
  /** No form means the same to both; this one is the shell's. */
  readonly shellOnly: boolean
}

/**
 * Single quotes where there is none inside: literal to all of them, line breaks included. Else double quotes, unless
 * a character inside means something there to the shell or (`\n`) to readers of `.env`. Else the shell's own form.
 */
export function quoteForEnv(value: string): QuotedValue {
  // Readers of .env files turn CR LF and CR into LF.
  const carriage = value.includes('\r')
  if (/^[A-Za-z0-9_./:@%+,-]+$/.test(value)) return { text: value, shellOnly: false }
  if (!value.includes("'")) return { text: `'${value}'`, shellOnly: carriage }
  if (!/["$`\\!]/.test(value)) return { text: `"${value}"`, shellOnly: carriage }
  return { text: `'${value.replaceAll("'", String.raw`'\''`)}'`, shellOnly: true }
}

export interface DotenvValue {
  readonly text: string
  /** Readers of `.env` files do not agree on what it means; Sotto's own reads it back exactly. */
  readonly disputed: boolean
}

/** For readers of `.env` files: where single quotes will not do, double ones with the escapes that they know. */
export function quoteForDotenv(value: string): DotenvValue {
  if (!value.includes('\r')) {
    const { text, shellOnly } = quoteForEnv(value)
    if (!shellOnly) return { text, disputed: false }
  }
  const escaped = value.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`)
  return { text: `"${escaped}"`, disputed: true }
}
