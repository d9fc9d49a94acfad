/**
 * Goal: a job and a pod work with a server by who they are, and nobody else does. Method: a real server, the program as the
 * job runs it, and in this process what is somebody else's: the issuer, and the runner's door for tokens.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createHttpApi } from '@sotto/sdk'
import { isSottoError } from '@sotto/sdk/model'
import { exchangedToken } from '../../packages/sotto/src/connect/exchanged-token.ts'
import { createNodeTransport } from '../../packages/sotto/src/connect/node-transport.ts'
import { sendRaw } from '../../packages/sotto/src/http/testing/raw.ts'
import { TestIssuer } from '../../packages/sotto/src/identity/testing/test-issuer.ts'
import { startServerProcess } from '../support/server.ts'
import type { ServerProcess } from '../support/server.ts'
import type { Outcome } from '../support/sotto.ts'

interface Scene extends ServerProcess {
  readonly issuer: TestIssuer
  /** As a job elsewhere. */
  readonly job: (line: string, env: Readonly<Record<string, string>>) => Promise<Outcome>
}

async function openScene(t: TestContext): Promise<Scene> {
  const server = await startServerProcess(t)
  const { home, url, admin } = server
  const issuer = await TestIssuer.start(t)
  await admin('sotto secret create crm --scope workspace --password=rosebud-7731')
  await admin('sotto service-account create ci')
  await admin('sotto grant add viewer --to ci')
  await admin('sotto grant add read --to ci --on secret:crm')
  const job: Scene['job'] = (line, env) =>
    home.shell(line, { env: { SOTTO_HOME: join(home.folder, 'job'), SOTTO_URL: url, ...env } })
  return { ...server, issuer, job }
}

const runner = {
  sub: 'repo:acme/churn:environment:prod',
  repository: 'acme/churn',
  repository_id: '7',
  repository_owner_id: '1',
  environment: 'prod',
}

/** Also where a test turns `Date`. */
function realNow(): number {
  return performance.timeOrigin + performance.now()
}

/** The runner's door: gives a token of the issuer for the audience that is asked for. */
async function startRunner(
  t: TestContext,
  issuer: TestIssuer,
  claims: object,
): Promise<{ env: Record<string, string>; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const audience = new URL(request.url ?? '', 'http://runner').searchParams.get('audience') ?? ''
    asked.push(audience)
    if (request.headers.authorization !== 'Bearer of-the-job') return void response.writeHead(401).end()
    void issuer
      .token({ ...claims, aud: audience, jti: `job-${String(asked.length)}` }, { nowMs: realNow() })
      .then((value) => response.end(JSON.stringify({ value })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo // it listens on a port
  const env = {
    GITHUB_ACTIONS: 'true',
    SOTTO_AUTH: 'github',
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${String(port)}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
  }
  return { env, asked }
}

test('a job of GitHub reads what its service account may, masked, by no secret of its own', async (t) => {
  const { admin, job, issuer, url, log } = await openScene(t)
  const { env, asked } = await startRunner(t, issuer, runner)
  await admin(
    `sotto trust create github churn --for ci --issuer ${issuer.url} --audience ${url} --repository acme/churn --environment prod`,
  )
  const { status, stdout, stderr } = await job('sotto secret get crm password', env)
  assert.equal(status, 0, stderr)
  assert.equal(stdout, 'rosebud-7731')
  assert.equal(stderr, '::add-mask::rosebud-7731\n')
  assert.deepEqual(asked, [url], 'a token for this server, and for no other')
  assert.match((await job('sotto whoami', env)).stdout, /ci/)
  assert.equal((await job('sotto secret create x --key=abcdefgh', env)).status, 5, 'no right to write')
  assert.match(await admin('sotto trust list --json'), /"repository_id": "7"/)
  assert.match(await admin('sotto audit list --json'), /repo:acme\/churn:environment:prod/)

  await admin('sotto trust delete churn --yes')
  const refused = await job('sotto secret get crm password', env)
  assert.equal(refused.status, 4)
  assert.match(refused.stderr, /the identity token does not sign in here/)
  assert.match(log(), /"event":"refused".*"why":"no trust for its issuer"/)
  assert.doesNotMatch(log(), /eyJ|rosebud/, 'the log holds no token and no value')
})

test('a job of another repository or environment gets nothing, nor one whose runner offers no token', async (t) => {
  const { admin, job, issuer, url } = await openScene(t)
  await admin(
    `sotto trust create github churn --for ci --issuer ${issuer.url} --audience ${url} --repository acme/churn --environment prod`,
  )
  const messages = new Set<string>()
  for (const change of [{ repository: 'evil/churn' }, { environment: 'dev' }, { environment: undefined }]) {
    const { env } = await startRunner(t, issuer, { ...runner, ...change })
    const { status, stderr } = await job('sotto secret get crm password', env)
    assert.equal(status, 4, stderr)
    messages.add(stderr)
  }
  assert.equal(messages.size, 1)
  const without = await job('sotto secret list', { SOTTO_AUTH: 'github', GITHUB_ACTIONS: 'true' })
  assert.equal(without.status, 4)
  assert.match(without.stderr, /permissions: id-token: write/)
  const { env } = await startRunner(t, issuer, runner)
  const wrong = await job('sotto secret list', { ...env, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'other' })
  assert.equal(wrong.status, 4)
  const plain = await job('sotto secret list', { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://runner.example/' })
  assert.match(plain.stderr, /not https/)
})

test('a pod signs in by its file, a job of GitLab by its variable', async (t) => {
  const { admin, job, issuer, url, home } = await openScene(t)
  const keys = join(home.folder, 'keys.json')
  writeFileSync(keys, JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
  await admin(
    `sotto trust create kubernetes train --for ci --issuer https://kubernetes.default.svc --audience ${url} --namespace ml --serviceaccount train --key-set ${keys}`,
  )
  const pod = {
    iss: 'https://kubernetes.default.svc',
    aud: [url],
    sub: 'system:serviceaccount:ml:train',
    'kubernetes.io': { namespace: 'ml', serviceaccount: { name: 'train', uid: 'u' } },
  }
  const file = join(home.folder, 'token')
  writeFileSync(file, `${await issuer.token(pod)}\n`)
  const env = { SOTTO_AUTH: 'kubernetes', SOTTO_IDENTITY_FILE: file }
  for (let time = 0; time < 2; time += 1)
    assert.equal((await job('sotto secret get crm password', env)).stdout, 'rosebud-7731')
  assert.equal((await job('sotto secret list', { SOTTO_AUTH: 'kubernetes' })).status, 2)
  assert.deepEqual(issuer.asked, [], 'the keys were given')

  await admin(
    `sotto trust create gitlab churn --for ci --issuer ${issuer.url} --audience ${url} --project acme/ml/churn --claim ref_protected=true`,
  )
  const gitlab = await issuer.token({
    aud: url,
    sub: 'project_path:acme/ml/churn',
    project_path: 'acme/ml/churn',
    ref_protected: 'true',
  })
  const ran = await job('sotto secret get crm password', { SOTTO_AUTH: 'gitlab', SOTTO_ID_TOKEN: gitlab })
  assert.equal(ran.stdout, 'rosebud-7731', ran.stderr)
  assert.equal((await job('sotto secret list', { SOTTO_AUTH: 'gitea' })).status, 2)
})

test('a token is asked for once, and again before it ends', async (t) => {
  const { admin, issuer, url } = await openScene(t)
  await admin(
    `sotto trust create github churn --for ci --issuer ${issuer.url} --audience ${url} --repository acme/churn --lifetime 60`,
  )
  const { env, asked } = await startRunner(t, issuer, runner)
  const transport = createNodeTransport(url, undefined)
  t.after(() => transport.close())
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const token = exchangedToken({ env, auth: 'github', url, workspace: 'default', transport: transport.send })
  const api = createHttpApi({ url, token, transport: transport.send })
  await Promise.all([api.whoAmI({}), api.whoAmI({}), api.listSecrets({})])
  assert.equal(asked.length, 1)
  t.mock.timers.tick(29_000)
  await api.whoAmI({})
  assert.equal(asked.length, 1)
  t.mock.timers.tick(2_000)
  await api.whoAmI({})
  assert.equal(asked.length, 2)
  await assert.rejects(
    exchangedToken({ env, auth: 'github', url, workspace: 'nowhere', transport: transport.send })(),
    (error: unknown) => isSottoError(error, 'not_signed_in'),
  )
})

test('the door takes small JSON by POST alone, and says nothing more', async (t) => {
  const { url } = await openScene(t)
  const path = '/api/v1/workspaces/default/sign-in/identity'
  const send = async (head: string, body: string): Promise<number> =>
    (await sendRaw(url, `${head} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${body}`)).status
  const withBody = (body: string): string => `Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`
  const post = (body: string): Promise<number> => send(`POST ${path}`, withBody(body))
  assert.equal(await post('{"token":"x"}'), 401)
  assert.equal(await post('{"token":"x","token":"y"}'), 400)
  assert.equal(await post('{"token":7}'), 400)
  assert.equal(await post('{"token":"x","more":1}'), 400)
  assert.equal(await post('[]'), 400)
  assert.equal(await send(`POST ${path}`, `Content-Length: 999999\r\n\r\n`), 413)
  assert.equal(await send(`POST ${path}`, 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'), 400)
  assert.equal(await send(`GET ${path}`, '\r\n'), 405)
  assert.equal(await send(`POST ${path}/more`, withBody('{}')), 404)
})
