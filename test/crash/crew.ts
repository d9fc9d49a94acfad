/** The processes of the crash test: started, killed, paused. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { build } from 'esbuild'
import type { Mutation } from './mutation.ts'
import type { Role } from './roles.ts'
import type { Command } from './worker.ts'

/** Where the processes find what they need. */
export interface Places {
  /** Of the store, the journals and the backups. */
  readonly folder: string
  /** Of `bundlePrograms`. */
  readonly programs: string
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Makes of each program of this folder one script: it starts in a tenth of the time that its sources take, and 100 rounds
 * start some hundreds. Gives the folder of the scripts.
 */
export async function bundlePrograms(folder: string): Promise<string> {
  await build({
    entryPoints: ['worker.ts', 'verifier.ts'].map((file) => join(import.meta.dirname, file)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: `node${process.versions.node}`,
    conditions: ['sotto-source'],
    logLevel: 'warning',
  })
  return folder
}

/** Starts a script of that folder. */
function start(script: string, args: readonly string[]): Child {
  const flags = ['--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined) // it was killed
  return child
}

export class Worker {
  readonly name: string
  readonly role: Role
  readonly #child: Child
  readonly ended: Promise<unknown>
  #errors = ''
  #alive = true

  constructor({ folder, programs }: Places, name: string, role: Role, mutation?: Mutation) {
    this.name = name
    this.role = role
    const fault = mutation === undefined ? [] : [mutation]
    this.#child = start(join(programs, 'worker.mjs'), [folder, name, role, ...fault])
    this.#child.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()))
    this.#child.stdout.resume()
    this.ended = once(this.#child, 'close').then(() => (this.#alive = false))
  }

  get alive(): boolean {
    return this.#alive
  }

  /** SIGKILL; resolves when it is gone. Throws where it had already ended by itself. */
  async kill(): Promise<void> {
    this.#requireAlive()
    this.#child.kill('SIGKILL')
    await this.ended
    if (this.#child.signalCode !== 'SIGKILL') this.#requireAlive()
  }

  /** For a worker with a fault: resolves when it has done its deed. Throws where it ended otherwise. */
  async killedItself(): Promise<void> {
    await this.ended
    if (this.#child.signalCode !== 'SIGKILL') this.#requireAlive()
  }

  /** Resolves when nothing of it is in flight. */
  async pause(): Promise<void> {
    this.#requireAlive()
    const paused = once(this.#child.stdout, 'data')
    this.#say('pause')
    await Promise.race([paused, this.ended])
    this.#requireAlive()
  }

  goOn(): void {
    this.#say('go')
  }

  #say(command: Command): void {
    this.#child.stdin.write(`${command}\n`)
  }

  #requireAlive(): void {
    if (!this.#alive) throw new Error(`worker ${this.name} ended by itself: ${this.#errors}`)
  }
}

/** A verifier that has loaded, or is loading, and has not opened the store. */
export class Verifier {
  readonly #child: Child
  readonly #ended: Promise<unknown>
  readonly #output: Buffer[] = []
  #errors = ''

  constructor({ folder, programs }: Places) {
    this.#child = start(join(programs, 'verifier.mjs'), [folder])
    this.#child.stdout.on('data', (data: Buffer) => this.#output.push(data))
    this.#child.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()))
    this.#ended = once(this.#child, 'close')
  }

  /** What it prints to the question. Throws where it could not look at the store. */
  async ask(question: object): Promise<string> {
    this.#child.stdin.end(`${JSON.stringify(question)}\n`)
    await this.#ended
    if (this.#child.exitCode !== 0) throw new Error(`the store does not open, or not all of it: ${this.#errors}`)
    return Buffer.concat(this.#output).toString()
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
    await this.#ended
  }
}
