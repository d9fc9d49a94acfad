// Loads an HTTP server from a process of its own: so many connections, each sends its next request when the last one is
// answered. Bytes on sockets, since a client library would take more of its core than the server does.
//
//   node bench/load.ts <load.json   prints the outcome as JSON

import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface Load {
  readonly url: string
  /** Whole requests as text, sent in turns. */
  readonly requests: readonly string[]
  readonly connections: number
  readonly seconds: number
}

export interface LoadOutcome {
  readonly perSecond: number
  readonly medianMs: number
  readonly p99Ms: number
  /** Answers that were no success. */
  readonly failed: number
}

const warmUpMs = 1000

async function run({ url, requests, connections, seconds }: Load): Promise<LoadOutcome> {
  const { hostname, port } = new URL(url)
  const texts = requests.map((text) => Buffer.from(text))
  const began = performance.now() + warmUpMs
  const end = began + seconds * 1000
  const times: number[] = []
  let failed = 0
  let next = 0
  const lane = async (): Promise<void> => {
    const socket = connect(Number(port), hostname).setNoDelay(true)
    const answers = answersOf(socket)
    while (performance.now() < end) {
      const sentMs = performance.now()
      socket.write(texts[next++ % texts.length] ?? '')
      const { value: isSuccess } = await answers.next()
      if (sentMs < began) continue
      times.push(performance.now() - sentMs)
      if (isSuccess !== true) failed += 1
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, lane))
  times.sort((a, b) => a - b)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Number.NaN
  return { perSecond: times.length / seconds, medianMs: at(0.5), p99Ms: at(0.99), failed }
}

/** Whether each answer in turn is a success. */
async function* answersOf(socket: Socket): AsyncGenerator<boolean, void, void> {
  let text = ''
  let missing = -1
  for await (const chunk of socket) {
    const bytes = chunk as Buffer // no encoding is set
    if (missing === -1) {
      text += bytes.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      if (head === -1) continue
      missing = head + 4 + Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0) - text.length
    } else missing -= bytes.length
    if (missing > 0) continue
    yield text.startsWith('HTTP/1.1 20')
    text = ''
    missing = -1
  }
}

process.stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(0, 'utf8')) as Load))) // written by bench/servers.ts
