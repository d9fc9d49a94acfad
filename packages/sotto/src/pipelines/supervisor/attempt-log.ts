/** Collects redacted output of an attempt and sends it in batches to where runs are recorded. */
import type { Api, Id } from '@sotto/sdk/model'

const BATCH_BYTES = 64 * 1024
const BATCH_MS = 200
/** More than this waiting holds the step's output back, so that memory stays flat. */
const BACKLOG_BYTES = 256 * 1024

export class AttemptLog {
  private readonly api: Pick<Api, 'appendRunLog'>
  private readonly attempt: Id
  private held: Uint8Array[] = []
  private heldBytes = 0
  private sendingBytes = 0
  private timer: NodeJS.Timeout | undefined
  private sending: Promise<void> = Promise.resolve()
  private failure: Error | undefined

  constructor(api: Pick<Api, 'appendRunLog'>, attempt: Id) {
    this.api = api
    this.attempt = attempt
  }

  /** Takes output; waits while too much is on its way. Throws when an earlier batch could not be recorded. */
  async write(data: Uint8Array): Promise<void> {
    if (this.failure !== undefined) throw this.failure
    if (data.length === 0) return
    this.held.push(data)
    this.heldBytes += data.length
    if (this.heldBytes >= BATCH_BYTES) this.send()
    else
      this.timer ??= setTimeout(() => {
        this.send()
      }, BATCH_MS)
    if (this.sendingBytes > BACKLOG_BYTES) await this.sending
  }

  /** Sends the rest. Throws when something could not be recorded. */
  async close(): Promise<void> {
    this.send()
    await this.sending
    if (this.failure !== undefined) throw this.failure
  }

  private send(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.heldBytes === 0) return
    const data = Buffer.concat(this.held)
    this.held = []
    this.heldBytes = 0
    this.sendingBytes += data.length
    this.sending = this.sending.then(async () => {
      await this.append(data)
    })
  }

  private async append(data: Buffer): Promise<void> {
    try {
      for (let at = 0; at < data.length && this.failure === undefined; at += BATCH_BYTES) {
        await this.api.appendRunLog({
          attempt: this.attempt,
          dataBase64: data.toString('base64', at, at + BATCH_BYTES),
        })
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.sendingBytes -= data.length
    }
  }
}
