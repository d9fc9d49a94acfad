import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
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

test('a server that cannot be asked is said to be so, and nothing is made on this machine', async (t) => {
  const home = join(temporaryFolder(t), 'home')
  const refused = async (env: Record<string, string>, code: ErrorCode, pattern: RegExp): Promise<void> => {
    const asked = async (): Promise<unknown> =>
      (await connect({ env: { SOTTO_HOME: home, ...env } })).api.describeStore({})
    await assert.rejects(asked(), (error: unknown) => isSottoError(error, code) && pattern.test(error.message))
  }
  const token = { SOTTO_TOKEN: 'hunter2' }
  await refused({ SOTTO_URL: 'https://sotto.example' }, 'not_signed_in', /no token/)
  await refused({ SOTTO_URL: 'https://sotto.example', SOTTO_TOKEN: 'a\nb' }, 'not_signed_in', /characters/)
  await refused({ SOTTO_URL: 'ftp://sotto.example', ...token }, 'usage', /no http/)
  await refused({ SOTTO_URL: 'https://me:hunter2@sotto.example', ...token }, 'usage', /^(?!.*hunter2).*more than/)
  await refused({ SOTTO_URL: 'http://sotto.example', ...token }, 'usage', /in clear/)
  await refused({ SOTTO_URL: 'http://127.0.0.1:1', SOTTO_TOKEN_FILE: join(home, 'none') }, 'file_unreadable', /ENOENT/)
  await refused(
    { SOTTO_URL: 'http://127.0.0.1:1', ...token },
    'unreachable',
    /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/,
  )
  assert.equal(existsSync(home), false)
})
