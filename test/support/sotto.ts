/** Runs the program as a user does: `bin/sotto` of this checkout, with a home of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Root of the checkout. */
export const root: string = path.resolve(import.meta.dirname, '../..')
/** The folder that holds `sotto`, to be put first on a PATH. */
const binFolder: string = path.join(root, 'bin')

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Home extends AsyncDisposable {
  /** Folder that is `SOTTO_HOME`, `HOME` and everything else a program writes to. */
  readonly folder: string
  /** A scratch folder, the working directory of commands. */
  readonly work: string
  readonly env: NodeJS.ProcessEnv
  /** Runs one command line through a shell (`sh` by default); standard input is empty unless given. */
  shell(line: string, options?: ShellOptions): Promise<Outcome>
}

export interface ShellOptions {
  readonly shell?: 'sh' | 'bash' | 'zsh'
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Variables that must not reach a test from the machine it runs on. */
const ours = /^(SOTTO_|ZENML_|MLFLOW_|XDG_|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$)/

/** An empty home below the system's temporary folder, removed when disposed of. */
export async function emptyHome(): Promise<Home> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sotto-home-'))
  const work = await mkdtemp(path.join(tmpdir(), 'sotto-work-'))
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(kept),
    HOME: folder,
    ZDOTDIR: folder,
    SOTTO_HOME: path.join(folder, 'sotto'),
    PATH: `${binFolder}${path.delimiter}${process.env['PATH'] ?? ''}`,
  }
  return {
    folder,
    work,
    env,
    shell: async (line, options = {}) =>
      await runCommand(options.shell ?? 'sh', ['-c', line], {
        cwd: work,
        env: { ...env, ...options.env },
        input: options.input ?? '',
      }),
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true })
      await rm(work, { recursive: true, force: true })
    },
  }
}

/** Runs a program to its end and gives back what it printed. */
export async function runCommand(
  program: string,
  argv: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; input?: string },
): Promise<Outcome> {
  const child = spawn(program, argv, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  // A program that ends without reading its input closes the pipe: that is its good right.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
  return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
}
