/** The step's end of its process channel. */
import { dirname } from 'node:path'
import { errorFromShape, isSottoError } from '@sotto/sdk/model'
import type { ChannelAnswer } from '../../channel/protocol.ts'
import { programFiles } from '../program.ts'
import type { StepPort } from '../../channel/step-port.ts'
import type { StepFailure, StepMessage } from '../supervisor/messages.ts'

type Send = (message: StepMessage, sent: () => void) => void

export class ChannelPort implements StepPort {
  private readonly write: Send
  private readonly waiting: Map<number, { resolve(value: unknown): void; reject(error: Error): void }> = new Map()
  private readonly pending: Set<Promise<unknown>> = new Set()
  private lastId = 0

  constructor(write: Send) {
    this.write = write
  }

  send(message: StepMessage, sent: () => void = () => {}): void {
    this.write(message, sent)
  }

  /** Asks the supervisor. A failure that nobody handles ends the step, as any unhandled rejection does. */
  async call(operation: string, input: unknown): Promise<unknown> {
    this.lastId += 1
    const id = this.lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
    })
    // The promise that is returned is another one: this one's rejection counts as handled by settled().
    const settled = answer.then(
      () => {},
      () => {},
    )
    this.pending.add(settled)
    void settled.then(() => this.pending.delete(settled))
    this.send({ kind: 'call', id, operation, input })
    return await answer
  }

  receive(answer: ChannelAnswer): void {
    const waiting = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(errorFromShape(answer.error))
    else waiting?.resolve(answer.ok)
  }

  /** Resolves when no call is under way, calls that a step did not await included. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending)
    // One turn more, so that the rejection of a call that nobody awaited is reported before the step is done.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}

/** What was thrown, as text. */
export function failureOf(error: unknown): StepFailure {
  if (isSottoError(error)) return { message: error.message, hint: error.hint, stack: userStack(error) }
  if (!(error instanceof Error))
    return {
      message: `it threw ${typeof error === 'string' ? error : describe(error)}`,
      hint: undefined,
      stack: undefined,
    }
  const message =
    error.message === '' ? error.name : error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  return { message, hint: undefined, stack: userStack(error) }
}

/** The stack without the frames of Node and of this program, which say nothing about the step. */
function userStack({ stack }: Error): string | undefined {
  const ours = dirname(programFiles().stepRunner)
  return stack
    ?.split('\n')
    .filter((line) => !/^\s+at /.test(line) || !(line.includes('node:internal/') || line.includes(ours)))
    .join('\n')
}

/** A thrown object may throw again when it is looked at. */
function describe(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? typeof thrown
  } catch {
    return `a ${typeof thrown}`
  }
}
