/** The way of a step's output: pipe, redactor, then log and observer. Nothing goes around the redactor. */
import type { Id } from '@sotto/sdk/model'
import type { RedactionStream } from '../../redaction/stream.ts'
import type { AttemptLog } from './attempt-log.ts'
import type { RunContext } from './run-context.ts'

export class AttemptOutput {
  private readonly context: RunContext
  private readonly step: string
  private readonly attempt: Id
  private readonly log: AttemptLog
  private readonly streams: { readonly stdout: RedactionStream; readonly stderr: RedactionStream }

  constructor(context: RunContext, step: string, attempt: Id, log: AttemptLog) {
    this.context = context
    this.step = step
    this.attempt = attempt
    this.log = log
    this.streams = { stdout: context.redactor.stream(), stderr: context.redactor.stream() }
  }

  /** Takes a chunk as the process wrote it. */
  async write(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> {
    await this.emit(stream, this.streams[stream].write(chunk))
  }

  /** Writes a text into the log alone: a stack is for who reads the log, not for a terminal. */
  async note(text: string): Promise<void> {
    await this.log.write(Buffer.from(this.context.redactor.redact(text)))
  }

  /** Tells that data which is stored as it is holds a value: what is returned on purpose is not ours to change. */
  warnOfValues(what: string, data: Uint8Array): void {
    if (Buffer.compare(this.context.redactor.redactBytes(data), data) === 0) return
    const message = `${what} holds a secret value, which now lies in the artifact store in clear`
    this.context.observe({ kind: 'warning', step: this.step, message })
  }

  /** Lets out what was held back. */
  async end(): Promise<void> {
    for (const stream of ['stdout', 'stderr'] as const) await this.emit(stream, this.streams[stream].flush(true))
  }

  private async emit(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    if (data.length === 0) return
    this.context.observe({ kind: 'output', step: this.step, attempt: this.attempt, stream, data })
    await this.log.write(data)
  }
}
