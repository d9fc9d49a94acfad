import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import { connect } from './connect.ts'
import { findPlaces } from './places.ts'

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('puts data and key apart as XDG says, and all together under SOTTO_HOME', () => {
  const home = { HOME: '/home/ada' }
  assert.deepEqual(findPlaces(home), {
    storePath: '/home/ada/.local/share/sotto/store.db',
    rootKeyPath: '/home/ada/.local/state/sotto/root.key',
    logsFolder: '/home/ada/.local/share/sotto/logs',
  })
  const xdg = findPlaces({ ...home, XDG_DATA_HOME: '/data', XDG_STATE_HOME: 'relative' })
  assert.equal(xdg.storePath, '/data/sotto/store.db')
  assert.equal(xdg.rootKeyPath, '/home/ada/.local/state/sotto/root.key', 'a relative folder is ignored')
  const together = findPlaces({ ...home, XDG_DATA_HOME: '/data', SOTTO_HOME: '/one' })
  assert.deepEqual([together.storePath, together.rootKeyPath], ['/one/store.db', '/one/root.key'])
  assert.equal(findPlaces({ ...home, SOTTO_HOME: '' }).storePath, '/home/ada/.local/share/sotto/store.db')
})

test('opens the store on this machine, which the next connection finds', async (t) => {
  const env = { SOTTO_HOME: join(temporaryFolder(t), 'home') }
  const first = await connect({ env })
  await first.api.createSecret({ name: 'a', values: { k: textValue('v') } })
  assert.equal((await first.api.describeStack({})).name, 'default')
  await first.close()
  const second = await connect({ env })
  t.after(() => second.close())
  const { secrets } = await second.api.resolveSecrets({ items: [{ secret: 'a' }] })
  assert.ok(secrets[0]?.unchanged === false)
  assert.equal(secrets[0].values['k']?.data, 'v')
})

test('refuses a server, and touches nothing', async (t) => {
  const home = join(temporaryFolder(t), 'home')
  const env = { SOTTO_HOME: home, SOTTO_URL: 'https://sotto.example' }
  await assert.rejects(connect({ env }), (error: unknown) => isSottoError(error, 'unsupported'))
  assert.equal(existsSync(home), false)
})
