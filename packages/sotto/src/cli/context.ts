/** What the command line sees of the world. Everything is passed in, so that a test needs no process. */
import type { Api } from '@sotto/sdk/model'

/** Variables of the environment. */
export type Environment = { readonly [name: string]: string | undefined }

/** Where text goes: standard output or standard error. */
export interface Output {
  readonly isTerminal: boolean
  /** Width in characters; `undefined` where it is no terminal. */
  columns(): number | undefined
  write(data: string | Uint8Array): void
}

/** A stream of bytes that a person or another program feeds; `setRawMode` is there on a terminal. */
export interface InputStream extends AsyncIterable<Uint8Array | string> {
  on(event: 'data', listener: (chunk: Uint8Array | string) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  off(event: 'data', listener: (chunk: Uint8Array | string) => void): unknown
  off(event: 'end' | 'close', listener: () => void): unknown
  resume(): unknown
  pause(): unknown
  setRawMode?: (raw: boolean) => unknown
}

/** Standard input. The stream is opened on first use: that alone costs milliseconds. */
export interface Input {
  readonly isTerminal: boolean
  open(): InputStream
}

/** Where the Api comes from; closed when the command has ended. */
export type Connect = (options: { readonly env: Environment }) => Promise<{ api: Api; close(): Promise<void> }>

export interface CliContext {
  /** Arguments without the program's own name. */
  readonly argv: readonly string[]
  readonly env: Environment
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly cwd: string
  readonly now: () => Date
  readonly connect: Connect
  /** Told which command of the table runs. */
  readonly began?: (path: readonly string[]) => void
}

/** Thrown by an output whose reader has gone (`sotto secret list | head -1`): the command ends quietly. */
export class OutputClosed extends Error {}
