/**
 * Goal: @sotto/sdk runs unchanged wherever JavaScript does. Method: one program over its published entry, by Node as it is
 * installed here, Deno, Bun and a page in a browser, each against a real server.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as sendOn } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { openServerStore } from '../../packages/sotto/src/connect/server-store.ts'
import { serveService } from '../../packages/sotto/src/http/serve-service.ts'
import type { HttpServer } from '../../packages/sotto/src/http/server.ts'
import { requirePart } from '../support/parts.ts'
import { root, runCommand } from '../support/sotto.ts'
import { installRuntime } from './runtimes.ts'

const sdk = path.join(root, 'packages/sdk/dist')
const folder = mkdtempSync(path.join(tmpdir(), 'sotto-runtimes-'))
let store: Awaited<ReturnType<typeof openServerStore>>
let server: HttpServer
let token: string

before(async () => {
  store = await openServerStore({ SOTTO_HOME: path.join(folder, 'sotto') }, undefined)
  server = await serveService({
    host: '127.0.0.1',
    port: 0,
    service: store.service,
    ready: async () => undefined,
    log: () => undefined,
    logsRequests: false,
  })
  token = (await store.api.createToken({ name: 'runtimes' })).text
})

after(async () => {
  await server.stop()
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `say` gets one line. */
const program = (entry: string, url: string, name: string): string => `
import { Client, createHttpApi, isSottoError, parseTemplate } from ${JSON.stringify(entry)}
const client = new Client({ api: createHttpApi({ url: ${url}, token: ${JSON.stringify(token)} }) })
const name = ${JSON.stringify(name)}
await client.createSecret({ name, values: { user: 'admin', password: 'grün', key: new Uint8Array([0, 255]) } })
const secret = await client.getSecret(name)
const listed = []
for await (const each of client.listSecrets({ namePrefix: name })) listed.push(each.name)
const missing = await client.getSecret('nowhere').catch((error) => error)
say([
  secret.secretValues.password, String(secret.values.password), [...secret.bytes.key.reveal()].join(),
  listed.join(), isSottoError(missing, 'secret_not_found'), missing.hint, parseTemplate('{{a.b}}').length,
].join(' '))
`

const expected = (name: string): string => `grün *** 0,255 ${name} true sotto secret list`

async function runProgram(argv: readonly [string, ...string[]], name: string): Promise<void> {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `const say = (line) => console.log(line)\n${program(path.join(sdk, 'index.js'), JSON.stringify(server.url), name)}`,
  )
  const [runtime, ...args] = argv
  const { status, stdout, stderr } = await runCommand(runtime, [...args, file], { cwd: folder, env: process.env })
  assert.equal(status, 0, stderr)
  assert.ok(stdout.startsWith(expected(name)), stdout)
}

/** The Node of this machine, which may be older than the one that the checkout pins and `npm test` puts in front. */
function nodeOfMachine(): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((each) => !each.includes('node_modules'))
  return folders.map((each) => path.join(each, 'node')).find((each) => existsSync(each)) ?? process.execPath
}

test('Node as it is installed here', async () => {
  await runProgram([nodeOfMachine()], 'in_node')
})

test('Deno, allowed nothing but the network and these files', async () => {
  const deno = await installRuntime('deno')
  await runProgram(
    [deno, 'run', '--no-prompt', `--allow-net=${new URL(server.url).host}`, `--allow-read=${sdk},${folder}`],
    'in_deno',
  )
})

test('Bun', async () => {
  await runProgram([await installRuntime('bun'), 'run'], 'in_bun')
})

test('a page in a browser, from the address of the server', async (t) => {
  if (!requirePart(t, 'chromium')) return
  const page = `<!doctype html><title>waits</title><script type="module">
const say = (line) => { document.title = 'done'; document.body.textContent = line }
try {${program('/sdk/index.js', 'location.origin', 'in_browser').replace(/^import .*$/m, '')}} catch (error) { say('failed ' + error.stack) }
</script>`.replace(
    '<script type="module">',
    '<script type="module">\nimport { Client, createHttpApi, isSottoError, parseTemplate } from "/sdk/index.js"',
  )
  // What stands in front of a server in practice: pages of its own, all else handed on.
  const front = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://front')
    if (pathname === '/page') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
    else if (pathname.startsWith('/sdk/'))
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(readFileSync(path.join(sdk, path.normalize(pathname.slice(4)))))
    else {
      const { method, headers } = request
      const handed = sendOn(new URL(request.url ?? '', server.url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      })
      request.pipe(handed)
    }
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  t.after(() => front.close())
  const { port } = front.address() as AddressInfo
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--virtual-time-budget=20000',
    `--user-data-dir=${path.join(folder, 'browser')}`,
    '--dump-dom',
    `http://127.0.0.1:${String(port)}/page`,
  ]
  const { stdout, stderr } = await runCommand('chromium', args, { cwd: folder, env: process.env })
  assert.ok(stdout.includes(expected('in_browser')), `${stdout}\n${stderr.slice(-2000)}`)
})
