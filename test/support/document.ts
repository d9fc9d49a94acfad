/** Documents whose blocks are run: `console` blocks are typed into a shell, blocks that begin with a file name are written. */

/** A file that the document shows: its first line is a comment that names it, like `// churn.ts` or `# train.py`. */
export interface FileBlock {
  readonly kind: 'file'
  readonly line: number
  readonly name: string
  readonly text: string
}

/** One command line of a `console` block with the output that the document shows below it. */
export interface CommandBlock {
  readonly kind: 'command'
  readonly line: number
  readonly command: string
  readonly output: string
}

export type Block = FileBlock | CommandBlock

/** Blocks of a Markdown document in their order. A block that is neither a command nor a file is an error: nothing in a guide is untried. */
export function readBlocks(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\w*)/.exec(lines[at] ?? '')
    if (!fence) continue
    const end = lines.indexOf('```', at + 1)
    if (end < 0) throw new Error(`line ${String(at + 1)}: the block does not end`)
    const body = lines.slice(at + 1, end)
    if (fence[1] === 'console') blocks.push(...readConsole(body, at + 2))
    else blocks.push(readFile(body, at + 2))
    at = end
  }
  return blocks
}

function readFile(body: readonly string[], line: number): FileBlock {
  const name = /^(?:\/\/|#) ([\w./-]+\.\w+)$/.exec(body[0] ?? '')?.[1]
  if (name === undefined)
    throw new Error(`line ${String(line)}: a block must be \`console\`, or begin with a comment that names a file`)
  return { kind: 'file', line, name, text: `${body.join('\n')}\n` }
}

function readConsole(body: readonly string[], line: number): CommandBlock[] {
  const blocks: CommandBlock[] = []
  for (let at = 0; at < body.length;) {
    const start = at
    if (!body[at]?.startsWith('$ ')) throw new Error(`line ${String(line + at)}: output without a command above it`)
    let command = body[at]?.slice(2) ?? ''
    while (command.endsWith('\\')) {
      at += 1
      command += `\n${body[at] ?? ''}`
    }
    at += 1
    const output: string[] = []
    while (at < body.length && !body[at]?.startsWith('$ ')) {
      output.push(body[at] ?? '')
      at += 1
    }
    blocks.push({ kind: 'command', line: line + start, command, output: output.join('\n') })
  }
  return blocks
}

/** What differs from run to run, made the same: ids, times, durations, ports, temporary folders, runs of blanks. */
function normalise(output: string): string {
  return (
    output
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?/g, 'TIME')
      .replaceAll(/\b(sha256:)?[0-9a-f]{12,64}\b/g, 'HEX')
      .replaceAll(/\b\d+(\.\d+)? ?(ms|s)\b/g, 'DURATION')
      .replaceAll(/\b(127\.0\.0\.1|localhost):\d+/g, '$1:PORT')
      .replaceAll(/(\/[\w.-]+)*\/sotto-(home|work|demo)-\w+/g, 'TEMP')
      // Whoever runs the test.
      .replaceAll(/\blocal \([\w.-]+\)/g, 'local')
      .replaceAll(/[─-]{3,}/g, '---')
      .replaceAll(/[ \t]+/g, ' ')
      .split('\n')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .join('\n')
  )
}

/** Does the output match what the document shows? A line `...` stands for any lines. */
export function matches(shown: string, output: string): boolean {
  const parts = normalise(shown)
    .split(/^\.\.\.$/m)
    .map((part) => part.trim())
  let rest = normalise(output)
  return parts.every((part, index) => {
    const at = rest.indexOf(part)
    const anchored = index === 0 ? at === 0 : at >= 0
    if (!anchored) return false
    rest = rest.slice(at + part.length)
    return index < parts.length - 1 || (part === '' && index > 0) || rest.trim() === ''
  })
}
