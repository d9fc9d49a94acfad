/** The page's step that reads a secret, as TypeScript. Its client is in `test/packed.test.ts`, where `sotto` is installed. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'

test('a step loads a secret by name and uses its values', async () => {
  await using home = await emptyHome()
  assert.equal(
    (await home.shell('sotto secret create api --username=admin-planted --password=abc123-planted')).status,
    0,
  )
  await writeFile(
    path.join(home.work, 'loader.ts'),
    `
import { Client } from 'sotto'
import { pipeline, step } from 'sotto/pipelines'

function authenticateToSomeApi(options: { username: string; password: string }): void {
  if (options.username !== 'admin-planted' || options.password !== 'abc123-planted') throw new Error('refused')
  console.log('authenticated with', options.password)
}

const secretLoader = step('secret_loader', async () => {
  // Fetch the secret from Sotto.
  const secret = await new Client().getSecret('api')
  // secretValues holds all key-value pairs of the secret.
  authenticateToSomeApi({ username: secret.secretValues['username'] ?? '', password: secret.secretValues['password'] ?? '' })
})
export const loader = pipeline('loader', () => secretLoader({}))
`,
  )
  const { status, stderr, stdout } = await home.shell('sotto run start loader.ts')
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout + stderr, /authenticated with \*\*\*/)
  assert.doesNotMatch(stdout + stderr, /abc123-planted/)
})
