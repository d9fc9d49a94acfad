/**
 * Reads a `.env` file: what its common readers agree on, and nothing that runs or expands.
 *
 *     # a comment
 *     NAME=text to the end of the line, without blanks around it   # a comment begins behind a blank
 *     export NAME='literal, line breaks included'
 *     NAME="with \n, \r, \t, \" and \\"
 *
 * `$NAME` stays as it is. Texts may hold references; their backslashes stay, as the grammar of references wants.
 */
import { shown, SottoError } from '@sotto/sdk/model'
import { isVariableName } from './variable-name.ts'

const escapes: { readonly [character: string]: string } = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

interface Cut {
  readonly value: string
  /** Where the text goes on behind the value. */
  readonly end: number
}

/**
 * Variables in their order. `place` names the file in errors, which hold lines and never a value. Codes:
 * `input_invalid` for every line that is none, and for a name that stands twice.
 */
export function parseEnvFile(text: string, place: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  const problems: string[] = []
  const body = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  let line = 1
  for (let at = 0; at < body.length;) {
    const began = line
    const end = endOfLine(body, at)
    const head = /^[ \t]*(?:export[ \t]+)?([^\s=#'"]+)[ \t]*=[ \t]*/.exec(body.slice(at, end))
    const name = head?.[1] ?? ''
    if (head === null || !isVariableName(name)) {
      const isBlank = /^[ \t]*(?:#.*)?$/.test(body.slice(at, end))
      if (!isBlank)
        problems.push(
          `line ${String(began)}: ${head === null ? 'not NAME=VALUE' : `${shown(name)} cannot be the name of a variable`}`,
        )
      at = end + 1
      line += 1
      continue
    }
    const cut = cutValue(body, at + head[0].length)
    if (cut === undefined) {
      // Where a quote is open nothing behind it can be told apart.
      problems.push(`line ${String(began)}: the quote of ${name} is not closed, or text follows it`)
      break
    }
    if (variables.has(name)) problems.push(`line ${String(began)}: ${name} is given twice`)
    variables.set(name, cut.value)
    line += countLines(body, at, cut.end)
    at = cut.end
  }
  if (problems.length === 0) return variables
  throw new SottoError(
    'input_invalid',
    `${place} cannot be read: ${problems.length === 1 ? (problems[0] ?? '') : `${String(problems.length)} lines`}`,
    {
      hint: 'write NAME=value, NAME=\'literal\' or NAME="with \\n"; # begins a comment',
      details: problems.length === 1 ? {} : { problems },
    },
  )
}

/** The value at `at`, and where the next line begins. `undefined` where a quote is not closed or text follows it. */
function cutValue(body: string, at: number): Cut | undefined {
  const quote = body[at]
  if (quote !== "'" && quote !== '"') return cutBare(body, at)
  const close = quote === "'" ? body.indexOf("'", at + 1) : closingQuote(body, at + 1)
  if (close === -1) return undefined
  const end = endOfLine(body, close)
  if (!/^[ \t]*(?:#.*)?$/.test(body.slice(close + 1, end))) return undefined
  const inner = body.slice(at + 1, close)
  // Other backslashes stay: `\{{` is for the grammar of references.
  const value =
    quote === "'" ? inner : inner.replaceAll(/\\([nrt"\\])/g, (_, character: string) => escapes[character] ?? character)
  return { value, end: end + 1 }
}

function cutBare(body: string, at: number): Cut {
  const end = endOfLine(body, at)
  const text = body.slice(at, end)
  const comment = /(?:^|[ \t])#/.exec(text)
  return { value: (comment === null ? text : text.slice(0, comment.index)).trim(), end: end + 1 }
}

function closingQuote(body: string, from: number): number {
  for (let at = from; at < body.length; at += 1) {
    if (body[at] === '\\') at += 1
    else if (body[at] === '"') return at
  }
  return -1
}

function endOfLine(body: string, at: number): number {
  const end = body.indexOf('\n', at)
  return end === -1 ? body.length : end
}

function countLines(body: string, from: number, to: number): number {
  let lines = 0
  for (let at = body.indexOf('\n', from); at !== -1 && at < to; at = body.indexOf('\n', at + 1)) lines += 1
  return lines
}
