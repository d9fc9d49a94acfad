/** How a demo is told: each command line is shown, run in a shell for real, and must end as the story says. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { styleText } from 'node:util'

const root = path.resolve(import.meta.dirname, '..')

export interface Story extends AsyncDisposable {
  /** Home of the demo's store: everything that is kept lies below it. */
  readonly home: string
  readonly work: string
  /** A heading: what comes next, and why. */
  tell(text: string): void
  /** Shows a command line and runs it; fails the demo unless it ends with `status` (0 by default). Gives what it printed. */
  run(line: string, options?: RunOptions): Promise<string>
}

export interface RunOptions {
  readonly status?: number
  /** Standard input, as a person or a file would give it. */
  readonly input?: string
}

/** Opens a story in folders of its own, which are removed when it ends. */
export async function openStory(extra: NodeJS.ProcessEnv = {}): Promise<Story> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sotto-demo-'))
  const [home, work] = [path.join(folder, 'home'), path.join(folder, 'work')]
  await mkdir(home, { mode: 0o700 })
  await mkdir(work)
  const kept = Object.entries(process.env).filter(([name]) => !/^(SOTTO_|ZENML_|MLFLOW_)/.test(name))
  const env = {
    ...Object.fromEntries(kept),
    SOTTO_HOME: home,
    PATH: `${path.join(root, 'bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
    ...extra,
  }
  return {
    home,
    work,
    tell: (text) => {
      process.stdout.write(`\n${styleText('bold', text)}\n`)
    },
    run: async (line, options = {}) => {
      process.stdout.write(`${styleText('dim', '$')} ${line}\n`)
      const { status, output } = await runLine(line, { cwd: work, env, input: options.input ?? '' })
      if (status !== (options.status ?? 0))
        throw new Error(
          `the demo failed: ${JSON.stringify(line)} ended with ${String(status)}, not ${String(options.status ?? 0)}`,
        )
      return output
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function runLine(
  line: string,
  options: { cwd: string; env: NodeJS.ProcessEnv; input: string },
): Promise<{ status: number; output: string }> {
  const child = spawn('sh', ['-c', line], { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      process.stdout.write(chunk)
    })
  }
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      resolve(code ?? 1)
    })
  })
  return { status, output }
}

/** The id of the newest run in what `sotto run list -o json` printed. */
export function newestRun(printed: string): string {
  const list: unknown = JSON.parse(printed)
  const items = Array.isArray(list) ? list : (list as { items?: unknown[] }).items
  const id: unknown = (items?.[0] as { id?: unknown } | undefined)?.id
  if (typeof id !== 'string') throw new Error('the demo failed: there is no run in the list')
  return id
}
