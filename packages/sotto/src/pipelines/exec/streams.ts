/** What `exec` connects a command with: handed in, since pipelines own no process streams. */
import type { Readable, Writable } from 'node:stream'
import type { Redactor } from '../../redaction/redactor.ts'

/** A readable that may be a terminal. */
export type InputStream = Readable & { readonly isTTY?: boolean | undefined; setRawMode?(raw: boolean): unknown }
/** A writable that may be a terminal. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

export interface ExecStreams {
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
}

/** The command with everything that was resolved for it. */
export interface ExecChild {
  readonly argv: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly redactor: Redactor
  readonly streams: ExecStreams
  readonly signal: AbortSignal | undefined
}

/** Writes and waits while the other side is slow. A reader that has gone (`| head`) is no error of the command. */
export async function writeTo(stream: Writable, data: Uint8Array): Promise<void> {
  if (data.length === 0 || stream.destroyed || stream.writableEnded || stream.write(data)) return
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve)
    stream.once('close', resolve)
    stream.once('error', () => {
      resolve()
    })
  })
}
