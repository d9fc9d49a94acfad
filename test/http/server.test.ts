/** The server and the command line as processes: one serves, others ask it, and it stops when it is told. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { operationNames } from '@sotto/sdk/model'
import { Client } from 'sotto'
import { connect } from '../../packages/sotto/src/connect/connect.ts'
import { sendRaw } from '../../packages/sotto/src/http/testing/raw.ts'
import { otherSelfSigned, selfSigned } from '../support/self-signed.ts'
import { startServerProcess } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'
import { emptyHome } from '../support/sotto.ts'
import { readOpenApi } from './openapi.ts'

interface Served extends ServerProcess {
  /** For the command line of a colleague, who has no store. */
  readonly env: Record<string, string>
}

async function serve(t: TestContext, ...options: readonly string[]): Promise<Served> {
  const server = await startServerProcess(t, ...options)
  const { home, url } = server
  const local = await connect({ env: home.env })
  const { text } = await local.api.createToken({ name: 'test' })
  await local.close()
  const env = { SOTTO_HOME: path.join(home.folder, 'colleague'), SOTTO_URL: url, SOTTO_TOKEN: text }
  return { ...server, env }
}

test('a colleague works with the store of a server by command line and by program', async (t) => {
  const { home, env, url, log, signal, ended } = await serve(t)
  const ask = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await home.shell(line, { env })
    assert.equal(status, 0, stderr)
    return stdout
  }
  await ask('sotto secret create crm --user=admin --password=correct-horse')
  assert.equal(await ask('sotto secret get crm password'), 'correct-horse')
  await ask(
    "sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=http://127.0.0.1:1 '--tracking_password={{crm.password}}'",
  )
  await ask('sotto stack register prod --experiment-tracker=mlflow --orchestrator=default --artifact-store=default')
  assert.match(await ask('sotto stack check prod'), /ok/)
  assert.match(await ask("sotto exec --env 'P={{crm.password}}' -- sh -c 'echo ${#P}'"), /^13$/m)
  await using client = new Client({ env: { ...env } })
  assert.equal((await client.getSecret('crm')).secretValues['user'], 'admin')
  const missing = await home.shell('sotto secret get nowhere key', { env })
  assert.deepEqual(
    [missing.status, missing.stderr],
    [3, 'error: there is no secret "nowhere"\nnext: sotto secret list\n'],
  )
  const stranger = await home.shell('sotto secret list', { env: { ...env, SOTTO_TOKEN: 'planted-token' } })
  assert.equal(stranger.status, 4, stranger.stderr)
  assert.doesNotMatch(stranger.stderr + log(), /planted|correct-horse/)
  signal('SIGTERM')
  assert.equal(await ended, 0)
  assert.match((await home.shell('sotto audit list')).stdout, /signIn +refused +caller 127\.0\.0\.1 .*count 1/)
  const away = await home.shell('sotto secret list', { env })
  assert.deepEqual([away.status, away.stdout], [8, ''])
  assert.match(
    away.stderr,
    new RegExp(`error: the server at ${new URL(url).host} cannot be reached \\(ECONNREFUSED\\)`),
  )
})

test('who runs the server asks how it is: health, readiness, metrics for those who may describe the store', async (t) => {
  const { url, env } = await serve(t)
  const get = async (page: string, ...headers: string[]): Promise<{ status: number; body: string }> =>
    await sendRaw(url, [`GET ${page} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'))
  assert.deepEqual((await get('/healthz')).body, 'ok\n')
  assert.deepEqual((await get('/readyz')).body, 'ok\n')
  assert.equal((await get('/metrics')).status, 401)
  const token = `Authorization: Bearer ${env['SOTTO_TOKEN'] ?? ''}`
  await get('/api/v1/workspaces/default/secrets', token)
  const { body } = await get('/metrics', token)
  assert.match(body, /^sotto_http_requests_total\{operation="listSecrets",status="200"\} 1$/m)
  assert.match(body, /^sotto_http_request_duration_seconds_bucket\{operation="listSecrets",le="\+Inf"\} 1$/m)
  // Every line is a comment, or a name with labels and a number.
  for (const line of body.trimEnd().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? [0-9.e+-]+)$/)
})

test('the reference is a page of its own, without a script and with nothing from elsewhere', async (t) => {
  const { url } = await serve(t)
  const get = async (page: string): Promise<{ status: number; head: string; body: string }> =>
    await sendRaw(url, `GET ${page} HTTP/1.1\r\nHost: x\r\n\r\n`)
  const page = await get('/docs')
  assert.equal(page.status, 200)
  assert.match(page.head, /^content-security-policy: default-src 'none'; style-src 'self';/im)
  assert.doesNotMatch(page.body, /<script|<style| style=|javascript:|\son\w+=|https?:\/\//i)
  for (const name of operationNames) assert.ok(page.body.includes(`id="${name}"`), name)
  for (const [, target = ''] of page.body.matchAll(/href="#([^"]+)"/g))
    assert.ok(page.body.includes(`id="${target}"`), target)
  assert.match((await get('/docs/page.css')).head, /^content-type: text\/css/im)
  assert.deepEqual(JSON.parse(Buffer.from((await get('/openapi.json')).body, 'latin1').toString()), readOpenApi())
})

test('a server that is told to stop answers what it has begun, and nothing after', async (t) => {
  const { url, env, signal, ended } = await serve(t)
  const { hostname, port } = new URL(url)
  const { connect: open } = await import('node:net')
  const socket = open(Number(port), hostname)
  await once(socket, 'connect')
  const idle = open(Number(port), hostname)
  await once(idle, 'connect')
  const body = '{"stack":null}'
  const head = `POST /api/v1/workspaces/default/references/check HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${env['SOTTO_TOKEN'] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n`
  socket.write(head + body.slice(0, 5))
  await new Promise((resolve) => setTimeout(resolve, 200))
  signal('SIGTERM')
  await once(idle, 'close')
  socket.write(body.slice(5))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /)
  assert.match(answer.toString(), /^Connection: close\r$/m)
  assert.equal(await ended, 0)
})

test('with a certificate, which is renewed by a signal; not without one for other machines', async (t) => {
  const files = await emptyHome()
  t.after(() => files[Symbol.asyncDispose]())
  const [first, second] = [selfSigned, otherSelfSigned]
  const [cert, key] = [path.join(files.work, 'server.crt'), path.join(files.work, 'server.key')]
  writeFileSync(cert, first.cert)
  writeFileSync(key, first.key)
  const { home, url, env, signal, log } = await serve(t, '--tls-cert', cert, '--tls-key', key)
  const list = async (ca?: string): Promise<number> => {
    if (ca !== undefined) writeFileSync(path.join(files.work, 'ca.crt'), ca)
    const extra = ca === undefined ? {} : { SOTTO_CA_FILE: path.join(files.work, 'ca.crt') }
    return (await home.shell('sotto secret list', { env: { ...env, ...extra } })).status
  }
  assert.equal(await list(), 8)
  assert.equal(await list(first.cert), 0)
  writeFileSync(cert, second.cert)
  signal('SIGHUP')
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.match(log(), /the renewed certificate cannot be used/)
  assert.equal(await list(first.cert), 0, 'a key that does not fit changes nothing')
  writeFileSync(key, second.key)
  signal('SIGHUP')
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(await list(first.cert), 8)
  assert.equal(await list(second.cert), 0)
  const open = await home.shell('sotto server start --listen 0.0.0.0:0')
  assert.deepEqual([open.status, /in clear/.test(open.stderr)], [2, true])
  const taken = await home.shell(`sotto server start --listen ${new URL(url).host}`)
  assert.deepEqual([taken.status, /EADDRINUSE/.test(taken.stderr)], [2, true])
})
