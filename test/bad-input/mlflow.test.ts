/** A tracking server that is away, refuses, or is something else: told by name, without the password. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { startFakeMlflow } from '../support/fake-mlflow.ts'
import { emptyHome } from '../support/sotto.ts'
import type { Home, Outcome } from '../support/sotto.ts'
import { assertClean, assertIntact, PLANTED } from './refusal.ts'

const pipeline = `
import { pipeline, step } from 'sotto/pipelines'
const train = step('train', { tracker: true }, async (_: {}, { tracker }) => { await tracker.logMetric('loss', 1) })
export const p = pipeline('p', () => train({}))
`

async function run(home: Home, url: string): Promise<Outcome> {
  await writeFile(path.join(home.work, 'p.ts'), pipeline)
  const setUp = await home.shell(
    `sotto secret create mlflow_secret --username=admin --password=${PLANTED}
     sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=${url} --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}
     sotto stack register tracked --from default --experiment-tracker=mlflow`,
  )
  assert.equal(setUp.status, 0, setUp.stderr)
  const outcome = await home.shell('sotto run start p.ts --stack tracked')
  assertClean(outcome, url)
  assert.match(outcome.stderr, /^error: /m)
  assert.match(outcome.stderr, /^next: ./m)
  const id = /run ([0-9a-f]+) of p/.exec(outcome.stderr)?.[1] ?? ''
  assertClean(await home.shell(`sotto run logs ${id}; sotto run show ${id} -o json`), 'the record')
  await assertIntact(home)
  return outcome
}

test('MLflow that is away', async () => {
  await using home = await emptyHome()
  const { status, stderr } = await run(home, 'http://127.0.0.1:1')
  assert.equal(status, 1, stderr)
  assert.match(stderr, /127\.0\.0\.1:1/)
})

test('MLflow that refuses the password', async () => {
  await using home = await emptyHome()
  await using server = await startFakeMlflow()
  const { status, stderr } = await run(home, server.url)
  assert.equal(status, 1, stderr)
  assert.match(stderr, /refuse/)
})

for (const [what, answer, type] of [
  ['HTML', `<html><body>Sign in ${PLANTED}</body></html>`, 'text/html'],
  ['JSON of another product', `{"status":"${PLANTED}"}`, 'application/json'],
  ['nothing', '', 'text/plain'],
] as const) {
  test(`something that answers ${what} in the place of MLflow`, async () => {
    await using home = await emptyHome()
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': type }).end(answer)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const address = server.address()
      assert.ok(address !== null && typeof address === 'object')
      const { status, stderr } = await run(home, `http://127.0.0.1:${String(address.port)}`)
      assert.equal(status, 1, stderr)
      assert.match(stderr, /MLflow|mlflow/)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
}
