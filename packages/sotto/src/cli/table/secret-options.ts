/** Options that several commands of secrets share. */
import type { OptionSpec } from '../command-shape.ts'

export const scopeOption: OptionSpec = {
  name: 'scope',
  kind: 'text',
  choices: ['user', 'workspace'],
  help: 'The namespace: your own, or the shared one. Default: yours first, then the shared one',
}

export const scopeOfNew: OptionSpec = {
  ...scopeOption,
  help: 'The namespace it is made in: your own (default), or the shared one',
}

export const labelOption: OptionSpec = {
  name: 'label',
  kind: 'list',
  value: 'NAME=VALUE',
  help: 'A label; may be repeated',
}

export const descriptionOption: OptionSpec = {
  name: 'description',
  kind: 'text',
  value: 'TEXT',
  help: 'What it is for',
}

const expiresOption: OptionSpec = {
  name: 'expires',
  kind: 'text',
  value: 'TIME|never',
  help: 'No value is given out from then on: a date, an RFC 3339 time, or how long: 30d, 12h',
}

/** Where the values of a write come from. */
export const valueOptions: readonly OptionSpec[] = [
  {
    name: 'values',
    kind: 'text',
    value: 'TEXT|@FILE|@-',
    help: 'Keys and values as JSON or YAML, recognised by content',
    completes: 'file',
  },
  { name: 'interactive', short: 'i', kind: 'flag', help: 'Ask for keys and values; values do not show' },
  {
    name: 'plain',
    kind: 'list',
    value: 'KEY',
    help: 'This key is no secret: it is not masked in logs; may be repeated',
  },
  descriptionOption,
  labelOption,
  expiresOption,
  { name: 'trim', kind: 'flag', help: 'Remove line breaks and blanks around values from files, BOM and CR' },
]

/** How `--KEY=VALUE` is written, for help. */
export const valueForms: readonly string[] = [
  'A value is text exactly as given. --KEY=@FILE reads a file, --KEY=@- standard input, --KEY=@base64:FILE keeps the bytes of a file as bytes, --KEY=@random:32 makes 32 random letters and digits (@random:32:symbols for all kinds, :hex and :base64 for 32 bytes), and --KEY=@@x is the text "@x". In JSON and YAML numbers and booleans are kept as they are written.',
  'A key with the name of an option is given after --, as in: sotto secret create NAME -- --scope=read',
]
