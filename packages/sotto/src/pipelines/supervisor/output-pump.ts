/** Reads the output of a child process to its end, which may never come: see `drain`. */
import { systemCode } from '@sotto/sdk/model'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'

/** After the child's end, its pipes may be held open by processes it left behind: so long they may be silent, and talk. */
const IDLE_MS = 250
const TOTAL_MS = 1000

/** Gets each chunk; a promise holds the stream back until it resolves. */
export type TakeOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => Promise<void> | void

export class OutputPump {
  private readonly child: ChildProcess
  private readonly pumps: Promise<unknown>
  private lastOutputAt = Date.now()

  constructor(child: ChildProcess, take: TakeOutput) {
    this.child = child
    this.pumps = Promise.all([this.pump('stdout', child.stdout, take), this.pump('stderr', child.stderr, take)])
    // Awaited in close(); a failure before that must not count as unhandled.
    this.pumps.catch(() => {})
  }

  /** To be called when the child has ended: reads what is left, gives up on pipes that others hold open. */
  async drain(): Promise<void> {
    const began = Date.now()
    this.lastOutputAt = began
    const ended = this.pumps.then(
      () => true,
      () => true,
    )
    while (Date.now() - this.lastOutputAt < IDLE_MS && Date.now() - began < TOTAL_MS) {
      if (await Promise.race([ended, afterMs(20)])) return
    }
  }

  /** Closes the pipes. Throws what taking the output threw. */
  async close(): Promise<void> {
    this.child.stdout?.destroy()
    this.child.stderr?.destroy()
    await this.pumps
  }

  private async pump(name: 'stdout' | 'stderr', stream: Readable | null, take: TakeOutput): Promise<void> {
    if (stream === null) return
    try {
      for await (const chunk of stream) {
        await take(name, chunk as Buffer) // no encoding is set
        this.lastOutputAt = Date.now()
      }
    } catch (error) {
      // Ours, from close(). Anything else comes from take.
      if (systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    }
  }
}

async function afterMs(ms: number): Promise<false> {
  return await new Promise((resolve) => {
    setTimeout(() => {
      resolve(false)
    }, ms)
  })
}
