/** A small HTTP API as a data team would have one: it wants a user name and a password and answers rows. */
import { timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Warehouse extends AsyncDisposable {
  readonly url: string
  /** How many requests came with the right password, and how many without. */
  readonly requests: { accepted: number; refused: number }
}

/** Starts the API on a free port of the loopback interface. */
export async function startWarehouse(credentials: { username: string; password: string }): Promise<Warehouse> {
  const expected = Buffer.from(
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
  )
  const requests = { accepted: 0, refused: 0 }
  const server = createServer((request, response) => {
    const given = Buffer.from(request.headers.authorization ?? '')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      requests.refused += 1
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end('sign in first')
      return
    }
    requests.accepted += 1
    const limit = Number(new URL(request.url ?? '/', 'http://warehouse').searchParams.get('limit') ?? '10')
    const rows = Array.from({ length: limit }, (_, customer) => ({
      customer,
      calls: (customer * 7) % 5,
      left: (customer * 7) % 5 > 2,
    }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // a server that listens on a port has one
  return {
    url: `http://127.0.0.1:${String(port)}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
      })
    },
  }
}
