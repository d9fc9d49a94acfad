/** `Api` inside a step: over the process channel of a TypeScript step, over the socket anywhere else. */
import type { Socket } from 'node:net'
import { errorFromShape, operationNames, SottoError } from '@sotto/sdk/model'
import type { Api, ErrorShape } from '@sotto/sdk/model'
import { LineReader } from './lines.ts'
import { MAX_LINE_BYTES, SOCKET_VARIABLE } from './protocol.ts'
import { stepPort } from './step-port.ts'
import type { StepPort } from './step-port.ts'

/**
 * The Api of the step in which this process runs; `undefined` where it runs in none. Nothing is connected before the
 * first call, and an idle connection does not keep the process alive. Operations that a step may not do answer `forbidden`.
 */
export function openStepChannel(env: { readonly [name: string]: string | undefined }): Api | undefined {
  const port = stepPort()
  if (port !== undefined) return apiOver(port)
  const path = env[SOCKET_VARIABLE]
  return path === undefined || path === '' ? undefined : apiOver(new SocketPort(path))
}

function apiOver(port: StepPort): Api {
  const methods = operationNames.map((name) => [name, (input: unknown) => port.call(name, input)] as const)
  return Object.fromEntries(methods) as unknown as Api // a method for each operation; the supervisor answers with its Api
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

class SocketPort implements StepPort {
  private readonly path: string
  private readonly waiting: Map<number, Waiting> = new Map()
  private socket: Socket | undefined
  private lastId = 0

  constructor(path: string) {
    this.path = path
  }

  async call(operation: string, input: unknown): Promise<unknown> {
    const socket = (this.socket ??= this.connect())
    this.lastId += 1
    const id = this.lastId
    socket.ref()
    return await new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      socket.write(`${JSON.stringify({ id, operation, input })}\n`)
    })
  }

  private connect(): Socket {
    // Loaded here: every command of the program passes by this file, few are inside a step.
    const socket = process.getBuiltinModule('node:net').connect(this.path)
    const reader = new LineReader(MAX_LINE_BYTES)
    socket.on('data', (chunk: Buffer) => {
      for (const line of reader.read(chunk)) this.receive(line)
      if (reader.overflowed) socket.destroy()
      if (this.waiting.size === 0) socket.unref()
    })
    socket.on('error', () => {
      this.abandon()
    })
    socket.on('close', () => {
      this.abandon()
    })
    return socket
  }

  private receive(line: string): void {
    const answer = JSON.parse(line) as { id: number; ok?: unknown; error?: ErrorShape } // the supervisor writes nothing else
    const waiting = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if (answer.error === undefined) waiting?.resolve(answer.ok)
    else waiting?.reject(errorFromShape(answer.error))
  }

  private abandon(): void {
    this.socket = undefined
    for (const { reject } of this.waiting.values()) {
      reject(
        new SottoError('unreachable', 'the supervisor of this step does not answer: the attempt has ended', {
          hint: `${SOCKET_VARIABLE} belongs to one attempt; unset it outside of the step`,
        }),
      )
    }
    this.waiting.clear()
  }
}
