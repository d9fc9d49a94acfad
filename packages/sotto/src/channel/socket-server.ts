/** The Unix socket by which processes of a step reach its gate. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import { SottoError } from '@sotto/sdk/model'
import type { StepGate } from './gate.ts'
import { LineReader } from './lines.ts'
import { channelError, MAX_LINE_BYTES, readRequest } from './protocol.ts'
import type { ChannelAnswer } from './protocol.ts'

/** Room that an address of a Unix socket has, in bytes: 104 on macOS, 108 on Linux, with a closing NUL. */
const MAX_PATH_BYTES = 103

export interface StepSocket {
  readonly path: string
  /** Ends all connections and removes socket and folder. */
  close(): Promise<void>
}

/** Listens in a new 0700 folder under `parent`. */
export async function listenForStep(gate: StepGate, parent: string): Promise<StepSocket> {
  const folder = await makeFolder(parent)
  const path = join(folder, 's')
  const connections = new Set<Socket>()
  const server = createServer((connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    serve(connection, gate)
  })
  try {
    await listen(server, path)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    path,
    async close() {
      for (const connection of connections) connection.destroy()
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve()
        }),
      )
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** mkdtemp makes it 0700. A long TMPDIR (macOS has one) would not fit into a socket's address. */
async function makeFolder(parent: string): Promise<string> {
  const fits = Buffer.byteLength(join(parent, 'sotto-XXXXXX/s')) <= MAX_PATH_BYTES
  return await mkdtemp(join(fits ? parent : '/tmp', 'sotto-'))
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new SottoError('internal', `the socket of a step could not be opened in ${path}`, { cause }))
    })
    server.listen(path, resolve)
  })
}

function serve(connection: Socket, gate: StepGate): void {
  const answer = (message: ChannelAnswer): void => {
    if (connection.writable) connection.write(`${JSON.stringify(message)}\n`)
  }
  const reader = new LineReader(MAX_LINE_BYTES)
  // A client that leaves in the middle is no matter.
  connection.on('error', () => connection.destroy())
  connection.on('data', (chunk: Buffer) => {
    for (const line of reader.read(chunk)) void respond(line, gate, answer)
    if (reader.overflowed) connection.destroy()
  })
}

async function respond(line: string, gate: StepGate, answer: (message: ChannelAnswer) => void): Promise<void> {
  const request = readRequest(parseJson(line))
  if (request === undefined) {
    answer({
      id: 0,
      error: new SottoError(
        'input_invalid',
        'a request is {"id": NUMBER, "operation": NAME, "input": {…}} on one line',
      ).toJSON(),
    })
    return
  }
  try {
    answer({ id: request.id, ok: (await gate.call(request.operation, request.input)) ?? null })
  } catch (error) {
    answer({ id: request.id, error: channelError(error) })
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
