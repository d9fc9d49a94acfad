import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Workspace } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

test('what is in one workspace is not in another', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --scope workspace --key=here')
  assert.match(
    (await home.ok('workspace create team')).stderr,
    /made workspace "team", with a stack "default"\nuse it: --workspace team/,
  )
  assert.equal((await home.run(['workspace', 'create', 'team'])).code, 6)
  await home.ok('secret create crm --scope workspace --key=there --workspace team')
  assert.equal((await home.ok('secret get crm key --workspace team')).stdout, 'there')
  assert.equal((await home.ok('secret get crm key')).stdout, 'here')
  assert.match((await home.ok('stack describe --workspace team')).stdout, /default/)
  const { workspaces } = await home.json<{ workspaces: Workspace[] }>('workspace list')
  assert.deepEqual(
    workspaces.map(({ name }) => name),
    ['default', 'team'],
  )
  await home.ok('service-account create ci --workspace team')
  assert.equal((await home.run(['token', 'list', '--for', 'ci'])).code, 3, 'of the other workspace')
  const missing = await home.run(['secret', 'list', '--workspace', 'nowhere'])
  assert.equal(missing.code, 3)
  assert.match(missing.stderr, /there is no workspace "nowhere"\nnext: sotto workspace list/)
})
