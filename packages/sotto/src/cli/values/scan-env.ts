/**
 * Reads a `.env` file: what its common readers agree on, and nothing that runs or expands.
 *
 *     # a comment
 *     NAME=text to the end of the line, without blanks around it   # a comment begins behind a blank
 *     export NAME='literal, line breaks included; a quote as '\'' for the shell'
 *     NAME="with \n, \r, \t, \" and \\"
 *
 * `$NAME` stays as it is, and other backslashes too: texts may hold references, whose grammar wants them.
 */

export interface EnvVariable {
  readonly name: string
  readonly value: string
  readonly line: number
  /** The comment on the line right above, without `#` and the blanks around it; empty where there is none. */
  readonly comment: string
}

export interface EnvProblem {
  readonly line: number
  readonly text: string
}

export interface ScannedEnv {
  readonly variables: readonly EnvVariable[]
  /** Lines that are no variable. No text of them is told. */
  readonly problems: readonly EnvProblem[]
}

interface Cut {
  readonly value: string
  /** Where the text goes on behind the value. */
  readonly end: number
}

const escapes: { readonly [character: string]: string } = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' }

/** Variables in their order, also those that are given twice. */
export function scanEnv(text: string): ScannedEnv {
  const variables: EnvVariable[] = []
  const problems: EnvProblem[] = []
  const body = withoutCarriages(text.replace(/^\ufeff/, ''))
  let line = 1
  let comment = ''
  for (let at = 0; at < body.length;) {
    const end = endOfLine(body, at)
    const whole = body.slice(at, end).replace(/\r$/, '')
    const head = /^[ \t]*(?:export[ \t]+)?([^\s=#'"]+)[ \t]*=[ \t]*/.exec(whole)
    if (head === null) {
      const found = /^[ \t]*#[ \t]*(.*?)[ \t]*$/.exec(whole)
      if (found === null && whole.trim() !== '') problems.push({ line, text: 'not NAME=VALUE' })
      comment = found?.[1] ?? ''
      at = end + 1
      line += 1
      continue
    }
    const name = head[1] ?? ''
    const cut = cutValue(body, at + head[0].length)
    if (cut === undefined) {
      // Where a quote is open nothing behind it can be told apart.
      problems.push({ line, text: `the quote of ${name} is not closed, or text follows it` })
      break
    }
    variables.push({ name, value: cut.value, line, comment })
    comment = ''
    line += countLines(body, at, cut.end)
    at = cut.end
  }
  return { variables, problems }
}

/** Of a file whose every line ends in CR LF. Elsewhere a CR inside quotes belongs to the value. */
function withoutCarriages(body: string): string {
  return /(?<!\r)\n/.test(body) ? body : body.replaceAll('\r\n', '\n')
}

/** The value at `at`, and where the next line begins. `undefined` where a quote is not closed or text follows it. */
function cutValue(body: string, at: number): Cut | undefined {
  const quote = body[at]
  if (quote !== "'" && quote !== '"') return cutBare(body, at)
  const cut = quote === "'" ? cutSingle(body, at) : cutDouble(body, at)
  if (cut === undefined) return undefined
  const end = endOfLine(body, cut.end)
  return /^[ \t]*(?:#.*)?\r?$/.test(body.slice(cut.end, end)) ? { value: cut.value, end: end + 1 } : undefined
}

/** Literal; `'\''` is the shell's way to have a quote inside. */
function cutSingle(body: string, at: number): Cut | undefined {
  let value = ''
  for (let from = at + 1; ;) {
    const close = body.indexOf("'", from)
    if (close === -1) return undefined
    value += body.slice(from, close)
    if (!body.startsWith(String.raw`'\''`, close)) return { value, end: close + 1 }
    value += "'"
    from = close + 4
  }
}

function cutDouble(body: string, at: number): Cut | undefined {
  for (let close = at + 1; close < body.length; close += 1) {
    if (body[close] === '\\') close += 1
    else if (body[close] === '"') {
      const inner = body.slice(at + 1, close)
      const value = inner.replaceAll(/\\([nrt"\\])/g, (_, character: string) => escapes[character] ?? character)
      return { value, end: close + 1 }
    }
  }
  return undefined
}

function cutBare(body: string, at: number): Cut {
  const end = endOfLine(body, at)
  const text = body.slice(at, end)
  const comment = /(?:^|[ \t])#/.exec(text)
  return { value: (comment === null ? text : text.slice(0, comment.index)).trim(), end: end + 1 }
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
