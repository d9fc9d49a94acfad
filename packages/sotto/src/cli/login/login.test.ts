import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { openServerStore } from '../../connect/server-store.ts'
import { serveService } from '../../http/serve-service.ts'
import { TestHome } from '../testing.ts'

interface World {
  readonly home: TestHome
  readonly url: string
  readonly token: string
  readonly file: string
}

/** A server with a store of its own, and a person's home beside it. */
async function openWorld(t: TestContext): Promise<World> {
  const home = new TestHome()
  const store = await openServerStore({ SOTTO_HOME: join(home.folder, 'of-server') }, undefined)
  const server = await serveService({
    host: '127.0.0.1',
    port: 0,
    service: store.service,
    ready: async () => undefined,
    log: () => undefined,
    logsRequests: false,
  })
  t.after(async () => {
    await server.stop()
    await store.close()
    home[Symbol.dispose]()
  })
  const { text } = await store.api.createToken({ name: 'laptop' })
  writeFileSync(join(home.folder, 'token'), `${text}\n`)
  return { home, url: server.url, token: text, file: join(home.folder, 'sotto', 'contexts.json') }
}

test('a person signs in, works, says who it is, goes back to this machine, and signs out', async (t) => {
  const { home, url, token, file } = await openWorld(t)
  const ok = async (line: string): Promise<{ stdout: string; stderr: string }> => {
    const ran = await home.run(line.split(' '))
    assert.equal(ran.code, 0, ran.stderr)
    assert.ok(!`${ran.stdout}${ran.stderr}`.includes(token))
    return ran
  }
  const { stderr } = await ok(`login ${url} --token-file=token --name=team`)
  assert.match(stderr, /signed in to http:\/\/127\.0\.0\.1:\d+ as local, workspace default; this is context team/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const made = await ok('secret create shared --key=v')
  assert.match(made.stderr, /\nonly you see it; share it: sotto secret share shared\n/)
  const inWorkspace = await ok('secret create other --key=v --scope workspace')
  assert.doesNotMatch(inWorkspace.stderr, /share it/)
  assert.match(
    (await ok('whoami')).stdout,
    /^principal: +local \(user\)\nworkspace: +default\ntoken: +laptop \(user\)\n/,
  )
  assert.match((await ok('context list')).stdout, /^\* +team +http/m)
  await ok('context use local')
  assert.equal((await home.run(['secret', 'get', 'shared', 'key'])).code, 3)
  assert.equal((await home.run(['secret', 'get', 'shared', 'key'], { env: { SOTTO_CONTEXT: 'team' } })).stdout, 'v')
  await ok('context use team')
  assert.equal((await ok('secret get shared key')).stdout, 'v')
  await ok('logout')
  assert.ok(!readFileSync(file, 'utf8').includes(token))
  const away = await home.run(['secret', 'list'])
  assert.equal(away.code, 4)
  assert.match(away.stderr, new RegExp(`there is no token for ${new URL(url).host}\nnext: sotto login ${url}`))
  assert.equal((await home.run(['secret', 'list'], { env: { SOTTO_TOKEN: token } })).code, 0)
})

test('a token that is none, or a server that is away, changes nothing', async (t) => {
  const { home, url, file } = await openWorld(t)
  writeFileSync(join(home.folder, 'wrong'), 'sotto_user_planted')
  const wrong = await home.run(['login', url, '--token-file=wrong'])
  assert.equal(wrong.code, 4)
  assert.doesNotMatch(wrong.stderr, /planted/)
  assert.equal((await home.run(['login', 'http://127.0.0.1:1', '--token-file=token'])).code, 8)
  assert.equal((await home.run(['login', url, '--token-file=token', '--name=local'])).code, 2)
  assert.equal((await home.run(['login', url, '--token-file=none'])).code, 2)
  assert.equal((await home.run(['login', url])).code, 2, 'nobody can be asked')
  assert.throws(() => statSync(file))
})

test('a person is asked for the token, which does not show', async (t) => {
  const { home, url, token } = await openWorld(t)
  const ran = await home.run(['login', url], { terminal: true, stdin: `${token}\r` })
  assert.equal(ran.code, 0, ran.stderr)
  assert.ok(!`${ran.stdout}${ran.stderr}`.includes(token))
  assert.match((await home.run(['context', 'list'])).stdout, /\* +server /)
})

test('contexts: added without a token, refused twice, and one that others may read is not used', async (t) => {
  const { home, url, file } = await openWorld(t)
  assert.equal((await home.run(['context', 'add', 'work', `${url}/`, '--workspace=ml'])).code, 0)
  assert.equal((await home.run(['context', 'add', 'work', url])).code, 6)
  assert.equal((await home.run(['context', 'add', 'x', 'http://me:planted@example'])).code, 2)
  assert.equal((await home.run(['context', 'use', 'nowhere'])).code, 2)
  const { contexts } = JSON.parse(readFileSync(file, 'utf8')) as { contexts: unknown }
  assert.deepEqual(contexts, { work: { url, workspace: 'ml' } })
  chmodSync(file, 0o644)
  const open = await home.run(['secret', 'list'])
  assert.equal(open.code, 4)
  assert.match(open.stderr, /others may read.*\nnext: chmod 600 /)
  chmodSync(file, 0o600)
  writeFileSync(file, '{"active":1}')
  assert.equal((await home.run(['secret', 'list'])).code, 2)
})
