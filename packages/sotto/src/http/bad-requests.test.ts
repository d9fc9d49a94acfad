/**
 * Goal: whatever is sent, the answer is an error in our shape, with a code and without anything of what was sent, and the
 * server goes on. Method: bytes on sockets; every request carries a marker that no answer and no line of the log may have.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '@sotto/sdk/model'
import { errorCodes } from '@sotto/sdk/model'
import { openSocket, readAnswer, sendRaw } from './testing/raw.ts'
import type { RawAnswer } from './testing/raw.ts'
import { startTestServer } from './testing/server.ts'

/** Stands for a value that was put in the wrong place. */
const marker = 'hunter2-planted'
const calls: string[] = []
let release: () => void = () => undefined
const held = new Promise<void>((resolve) => (release = resolve))

/** Answers at once, but for the name `held`. */
const api = new Proxy({} as Api, {
  get: (_target, name: string) => async (input: { secret?: string }) => {
    calls.push(name)
    if (input.secret === 'held') await held
    return { ok: true }
  },
})

const server = await startTestServer({
  limits: { headersMs: 600, requestMs: 900, requestsOfCaller: 4, answerMs: 4000 },
})
const token = server.tokenOf(api)
const codes = new Set<string>(errorCodes().map(({ code }) => code))
const base = '/api/v1/workspaces/default'
after(() => server.stop())

interface Parts {
  readonly method?: string
  readonly target?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

function request({ method = 'POST', target = `${base}/secrets/resolve`, headers = [], body }: Parts): string {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${token}`, ...headers]
  if (body !== undefined && !headers.some((line) => /^(content-length|transfer-encoding)/i.test(line)))
    lines.push(`Content-Length: ${String(Buffer.byteLength(body))}`)
  if (body !== undefined && !headers.some((line) => /^content-type/i.test(line)))
    lines.push('Content-Type: application/json')
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

function requireProblem(answer: RawAnswer, status: number, code: string): void {
  assert.equal(answer.status, status, `${answer.head}\n${answer.body}`)
  assert.match(answer.head, /^content-type: application\/problem\+json\r?$/im)
  assert.match(answer.head, /^cache-control: no-store\r?$/im)
  const problem = JSON.parse(answer.body) as Record<string, unknown>
  assert.equal(problem['code'], code, answer.body)
  assert.ok(codes.has(code))
  assert.equal(problem['status'], status, answer.body)
  assert.ok(typeof problem['detail'] === 'string' && problem['detail'] !== '')
  requireSilence(answer)
}

function requireSilence(answer: RawAnswer): void {
  for (const text of [answer.head, answer.body, JSON.stringify(server.logged)]) {
    assert.ok(!text.includes('hunter2'), text)
    assert.ok(!text.includes(token), text)
  }
}

async function requireAlive(): Promise<void> {
  const answer = await sendRaw(server.url, request({ body: '{"items":[]}' }))
  assert.equal(answer.status, 200, answer.body)
}

type Case = readonly [what: string, status: number, code: string, parts: Parts]
const query = (text: string): Parts => ({ method: 'GET', target: `${base}/secrets?${text}` })
const body = (text: string): Parts => ({ body: text })
const deep = (levels: number): string => `{"items":${'['.repeat(levels)}"${marker}"${']'.repeat(levels)}}`

const cases: readonly Case[] = [
  ['another method', 405, 'method_not_allowed', { method: 'GET' }],
  ['a method of its own', 400, 'request_malformed', { method: 'HUNTER2' }],
  ['HEAD of an operation', 405, 'method_not_allowed', { method: 'PUT', target: `${base}/secrets/resolve`, body: '{}' }],
  ['no such path', 404, 'route_unknown', { method: 'GET', target: `/${marker}` }],
  ['the root', 404, 'route_unknown', { method: 'GET', target: '/' }],
  ['a path that ends early', 404, 'route_unknown', { method: 'GET', target: '/api/v1/workspaces' }],
  ['another case', 404, 'route_unknown', { method: 'GET', target: `/API/v1/workspaces/default/secrets` }],
  ['a slash at the end', 400, 'request_malformed', { method: 'GET', target: `${base}/secrets/` }],
  ['..', 400, 'request_malformed', { method: 'GET', target: `${base}/../other/secrets` }],
  ['.', 400, 'request_malformed', { method: 'GET', target: `${base}/./secrets` }],
  ['%2e%2e', 400, 'request_malformed', { method: 'GET', target: `${base}/%2e%2e/secrets` }],
  ['%2f', 400, 'request_malformed', { method: 'GET', target: `${base}%2fsecrets` }],
  ['//', 400, 'request_malformed', { method: 'GET', target: `${base}//secrets` }],
  ['two slashes in front', 400, 'request_malformed', { method: 'GET', target: `//${base}/secrets` }],
  ['%00', 400, 'request_malformed', { method: 'GET', target: `${base}/secrets%00` }],
  ['a backslash', 400, 'request_malformed', { method: 'GET', target: `${base}\\secrets` }],
  ['a letter beyond ASCII', 400, 'request_malformed', { method: 'GET', target: `${base}/sécrets` }],
  ['a semicolon', 400, 'request_malformed', { method: 'GET', target: `${base}/secrets;a=b` }],
  ['a whole address', 400, 'request_malformed', { method: 'GET', target: `http://x${base}/secrets` }],
  ['an asterisk', 400, 'request_malformed', { method: 'OPTIONS', target: '*' }],
  ['a name in the path', 404, 'route_unknown', { method: 'GET', target: `${base}/secrets/${marker}` }],

  ['an unknown parameter', 422, 'input_invalid', query(`${marker}=1`)],
  ['a parameter twice', 400, 'request_malformed', query('limit=1&limit=2')],
  ['a parameter without a value', 400, 'request_malformed', query(marker)],
  ['a parameter that is not UTF-8', 400, 'request_malformed', query('name=%ff')],
  ['a number that is none', 422, 'input_invalid', query(`limit=${marker}`)],
  ['a number in another form', 422, 'input_invalid', query('limit=0x10')],
  ['a prototype', 422, 'input_invalid', query('__proto__[limit]=1')],
  ['a member of a word', 422, 'input_invalid', query(`name[${marker}]=1`)],
  [
    'many parameters',
    400,
    'request_malformed',
    query(Array.from({ length: 101 }, (_, n) => `a${String(n)}=1`).join('&')),
  ],
  [
    'a parameter that belongs into the body',
    400,
    'request_malformed',
    { target: `${base}/secrets/resolve?items=1`, body: '{}' },
  ],
  [
    'an id in path and query',
    400,
    'request_malformed',
    { method: 'GET', target: `${base}/secrets/00000000-0000-7000-8000-000000000000?secret=${marker}` },
  ],

  ['no body', 415, 'media_type_unsupported', {}],
  ['an empty body', 400, 'request_malformed', body('')],
  ['text', 415, 'media_type_unsupported', { headers: ['Content-Type: text/plain'], body: marker }],
  [
    'a form',
    415,
    'media_type_unsupported',
    { headers: ['Content-Type: application/x-www-form-urlencoded'], body: marker },
  ],
  [
    'another encoding',
    415,
    'media_type_unsupported',
    { headers: ['Content-Type: application/json; charset=latin1'], body: '{}' },
  ],
  ['a compressed body', 415, 'media_type_unsupported', { headers: ['Content-Encoding: gzip'], body: marker }],
  ['no JSON', 400, 'request_malformed', body(marker)],
  ['JSON that ends early', 400, 'request_malformed', body(`{"items":["${marker}"`)],
  ['JSON with a comment', 400, 'request_malformed', body(`{"items":[] /* ${marker} */}`)],
  ['a byte order mark', 400, 'request_malformed', body('\ufeff{}')],
  ['no object', 400, 'request_malformed', body(`["${marker}"]`)],
  ['null', 400, 'request_malformed', body('null')],
  ['a member twice', 400, 'request_malformed', body(`{"items":[],"items":["${marker}"]}`)],
  ['a member twice, once escaped', 400, 'request_malformed', body(`{"items":[],"\\u0069tems":["${marker}"]}`)],
  ['a member twice further in', 400, 'request_malformed', body(`{"items":[{"secret":"a","secret":"${marker}"}]}`)],
  ['deep JSON', 400, 'request_malformed', body(deep(200))],
  ['very deep JSON', 400, 'request_malformed', body('['.repeat(1_000_000))],
  ['wide JSON', 400, 'request_malformed', body(`{"items":[${'1,'.repeat(300_000)}1]}`)],
  ['a number too large', 400, 'request_malformed', body('{"items":[{"secret":"a","version":1e999}]}')],
  ['an unknown member', 422, 'input_invalid', body(`{"items":[],"${marker}":1}`)],
  ['__proto__', 422, 'input_invalid', body(`{"items":[],"__proto__":{"${marker}":1}}`)],
  ['toString', 422, 'input_invalid', body('{"items":[],"toString":1}')],
  ['another type', 422, 'input_invalid', body(`{"items":"${marker}"}`)],
  ['another type further in', 422, 'input_invalid', body(`{"items":[{"secret":{"${marker}":1}}]}`)],
  ['a missing member', 422, 'input_invalid', body('{}')],
  ['a word that is none', 422, 'input_invalid', body(`{"items":[{"secret":"a","scope":"${marker}"}]}`)],
  [
    'a value in the place of a type',
    422,
    'input_invalid',
    {
      target: `${base}/secrets`,
      body: `{"name":"a","values":{"k":"${marker}","${marker}":{"encoding":"utf8","data":1}}}`,
    },
  ],
  ['a body with GET', 400, 'request_malformed', { method: 'GET', target: `${base}/secrets`, body: marker }],

  ['a header twice', 400, 'request_malformed', { headers: ['Authorization: Bearer b'], body: '{}' }],
  [
    'a type twice',
    400,
    'request_malformed',
    { headers: ['Content-Type: application/json', 'Content-Type: a/b'], body: '{}' },
  ],
  ['a length twice', 400, 'request_malformed', { headers: ['Content-Length: 2', 'Content-Length: 3'], body: '{}' }],
  [
    'a length and chunks',
    400,
    'request_malformed',
    { headers: ['Content-Length: 2', 'Transfer-Encoding: chunked'], body: '0\r\n\r\n' },
  ],
  ['a length that is none', 400, 'request_malformed', { headers: [`Content-Length: ${marker}`], body: '{}' }],
  [
    'chunks that are none',
    400,
    'request_malformed',
    { headers: ['Transfer-Encoding: chunked'], body: `${marker}\r\n` },
  ],
  ['a header of two lines', 400, 'request_malformed', { headers: ['A: b', ` ${marker}`], body: '{}' }],
  ['a header with NUL', 400, 'request_malformed', { headers: [`A: \0${marker}`], body: '{}' }],
  ['a header without a name', 400, 'request_malformed', { headers: [`: ${marker}`], body: '{}' }],
  ['large headers', 431, 'request_too_large', { headers: [`A: ${marker.repeat(2000)}`], body: '{}' }],
  ['a large address', 431, 'request_too_large', { target: `${base}/${marker.repeat(2000)}`, body: '{}' }],
  [
    'many headers',
    431,
    'request_too_large',
    { headers: Array.from({ length: 120 }, (_, n) => `A${String(n)}: b`), body: '{}' },
  ],
  ['an expectation', 417, 'request_malformed', { headers: ['Expect: 200-ok'], body: '{}' }],
  ['a tunnel', 400, 'request_malformed', { method: 'CONNECT', target: 'example:443' }],
]

test('there are as many cases as there were when this was written', () => {
  assert.ok(cases.length >= 65, String(cases.length))
})

for (const [what, status, code, parts] of cases) {
  test(`${what}: ${String(status)} ${code}, and nothing was done`, async () => {
    const before = calls.length
    requireProblem(await sendRaw(server.url, request(parts)), status, code)
    assert.equal(calls.length, before)
    await requireAlive()
  })
}

test('a method that an address does not take is answered with those that it takes', async () => {
  const answer = await sendRaw(
    server.url,
    request({ method: 'PUT', target: `${base}/secrets/by-name?secret=a`, body: '{}' }),
  )
  assert.match(answer.head, /^allow: PATCH, DELETE, GET\r?$/im)
})

test('what is not HTTP at all is answered once, and ended', async () => {
  for (const bytes of [
    `${marker}\r\n\r\n`,
    '\x16\x03\x01\x02\x00\x01\x00',
    'GET / HTTP/2.0\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]) {
    requireProblem(await sendRaw(server.url, bytes), 400, 'request_malformed')
  }
  await requireAlive()
})

test('without a token, or with one that is none, nothing of the body is read', async () => {
  for (const line of [
    '',
    'Authorization: Bearer\r\n',
    `Authorization: Bearer ${marker}\r\n`,
    `Authorization: Basic ${marker}\r\n`,
  ]) {
    const head = `POST ${base}/secrets HTTP/1.1\r\nHost: x\r\n${line}Content-Type: application/json\r\n`
    const answer = await sendRaw(server.url, `${head}Content-Length: 1000000\r\n\r\n{"${marker}`)
    requireProblem(answer, 401, 'not_signed_in')
    assert.match(answer.head, /^www-authenticate: Bearer\r?$/im)
    assert.match(answer.head, /^connection: close\r?$/im)
  }
  assert.ok(server.refused.length >= 4)
  assert.ok(server.refused.every((source) => source === '127.0.0.1'))
})

test('a body beyond the limit is refused while it arrives', async () => {
  const socket = openSocket(server.url)
  socket.write(request({ headers: ['Content-Length: 100000000'], body: '{"items":["' }))
  const part = Buffer.alloc(1024 * 1024, 'h')
  const sending = (async () => {
    for (let sent = 0; sent < 40 && !socket.destroyed; sent += 1) {
      if (!socket.write(part)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), sleep(100)])
    }
  })()
  requireProblem(await readAnswer(socket), 413, 'request_too_large')
  socket.destroy()
  await sending
  await requireAlive()
})

test('a request that arrives too slowly is ended: its first line, its headers, its body', async () => {
  const whole = request({ body: '{"items":[]}' })
  for (const beginning of ['', 'P', whole.slice(0, 40), whole.slice(0, whole.length - 5)]) {
    const socket = openSocket(server.url)
    const began = performance.now()
    const drip = setInterval(() => beginning !== '' && socket.write(beginning.endsWith('\n') ? 'X' : ' '), 400)
    if (beginning !== '') socket.write(beginning)
    const answer = await readAnswer(socket)
    clearInterval(drip)
    assert.ok([0, 408, 400].includes(answer.status), answer.head)
    requireSilence(answer)
    assert.ok(performance.now() - began < 5000)
    socket.destroy()
  }
  await requireAlive()
})

test('one caller may have so much under way; others are served meanwhile', async () => {
  const ask = request({ method: 'GET', target: `${base}/secrets/by-name?secret=held` })
  const sockets = Array.from({ length: 4 }, () => openSocket(server.url))
  for (const socket of sockets) socket.write(ask)
  while (calls.filter((name) => name === 'describeSecret').length < 4) await sleep(5)
  const answer = await sendRaw(server.url, ask)
  requireProblem(answer, 429, 'too_many_requests')
  assert.match(answer.head, /^retry-after: \d+\r?$/im)
  const other = server.tokenOf(api)
  const served = await sendRaw(server.url, request({ body: '{"items":[]}' }).replace(token, other))
  assert.equal(served.status, 200)
  // Two of them go away in the middle: their work ends, their places come free.
  sockets[0]?.destroy()
  sockets[1]?.destroy()
  release()
  for (const socket of sockets.slice(2)) assert.equal((await readAnswer(socket)).status, 200)
  await requireAlive()
})

test('what is not answered in time is told so, and its late answer goes nowhere', async () => {
  let late: () => void = () => undefined
  const slow = new Proxy({} as Api, {
    get: () => () => new Promise((resolve) => (late = () => resolve({ hunter2: 1 }))),
  })
  const other = await startTestServer({ limits: { answerMs: 200, requests: 1 } })
  const ask = request({ body: '{"items":[]}' }).replace(token, other.tokenOf(slow))
  const socket = openSocket(other.url)
  const first = sendRaw(other.url, ask, socket)
  await sleep(50)
  const crowded = await sendRaw(other.url, ask)
  requireProblem(crowded, 429, 'too_many_requests')
  const answer = await first
  requireProblem(answer, 503, 'store_busy')
  assert.match(answer.head, /^retry-after: 1\r?$/im)
  late()
  await sleep(50)
  const after = await sendRaw(other.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n', socket)
  assert.deepEqual([after.status, after.body], [200, 'ok\n'])
  socket.destroy()
  await other.stop()
})

test('a fault is told as one, without its message', async () => {
  const broken = new Proxy({} as Api, {
    get: () => async () => {
      throw new TypeError(`cannot read ${marker}`)
    },
  })
  const answer = await sendRaw(server.url, request({ body: '{"items":[]}' }).replace(token, server.tokenOf(broken)))
  requireProblem(answer, 500, 'internal')
  const logged = server.logged.at(-1)
  assert.deepEqual([logged?.event, logged?.['fault']], ['fault', 'TypeError'])
  assert.match(String(logged?.['stack']), /bad-requests\.test/)
})

test('2,000 idle connections cost no answer', async () => {
  const idle = Array.from({ length: 2000 }, () => openSocket(server.url))
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  const began = performance.now()
  await requireAlive()
  assert.ok(performance.now() - began < 2000)
  for (const socket of idle) socket.destroy()
  await requireAlive()
})

test('requests in one packet are answered in their order', async () => {
  const socket = openSocket(server.url)
  const one = request({ body: '{"items":[]}' })
  socket.write(`${one}${request({ method: 'GET', target: '/healthz' })}${request({ body: '{' })}`)
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: true })) {
    text += (chunk as Buffer).toString()
    if (text.includes('request_malformed')) break
  }
  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    ['200', '200', '400'],
  )
})

test('every answer has an id of its own, which a problem repeats', async () => {
  const ids = new Set<string>()
  for (let round = 0; round < 5; round += 1) {
    const answer = await sendRaw(server.url, request({ body: 'x' }))
    const id = /^x-request-id: (\S+)/im.exec(answer.head)?.[1] ?? ''
    assert.equal((JSON.parse(answer.body) as { requestId: string }).requestId, id)
    ids.add(id)
  }
  assert.equal(ids.size, 5)
})
