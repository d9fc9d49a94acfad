/** Speaks to a server by bytes on a socket: what no client of ours would send. */
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** The first lines, up to the body. */
  readonly head: string
  readonly body: string
}

export function openSocket(url: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined) // the server may end it in the middle
  return socket
}

/** Sends the bytes and reads until the server has answered once, or ended the connection. */
export async function sendRaw(
  url: string,
  bytes: string | Buffer,
  socket: Socket = openSocket(url),
): Promise<RawAnswer> {
  socket.write(bytes)
  return await readAnswer(socket)
}

/** Status 0 where the connection ended without an answer. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += (chunk as Buffer).toString('latin1')
    const answer = parse(text)
    if (answer !== undefined) return answer
  }
  return { status: 0, head: '', body: text }
}

function parse(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end)
  const body = text.slice(end + 4)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (body.length < length) return undefined
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body: body.slice(0, length) }
}
