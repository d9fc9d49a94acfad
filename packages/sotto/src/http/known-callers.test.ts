import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { Actor } from '../service/parts.ts'
import { openTestService } from '../service/testing.ts'
import { rememberCallers } from './known-callers.ts'

test('a caller is looked up once, for each workspace, and anew when it was refused', async () => {
  const asked: string[] = []
  const { authenticate, forget } = rememberCallers(async (credential, { workspace }) => {
    asked.push(`${credential} ${workspace}`)
    return { principalId: credential, workspaceId: workspace, osUser: '' }
  })
  const first: Actor = await authenticate({ credential: 'a', workspace: 'w' })
  assert.equal(await authenticate({ credential: 'a', workspace: 'w' }), first)
  await authenticate({ credential: 'a', workspace: 'x' })
  await authenticate({ credential: 'b', workspace: 'w' })
  assert.deepEqual(asked, ['a w', 'a x', 'b w'])
  forget(first)
  await authenticate({ credential: 'a', workspace: 'w' })
  assert.equal(asked.length, 4)
})

test('without a credential nobody is asked, and who was refused is not remembered', async () => {
  let asked = 0
  const { authenticate } = rememberCallers(async () => {
    asked += 1
    throw new Error('refused')
  })
  assert.throws(
    () => authenticate({ credential: undefined, workspace: 'w' }),
    (error) => isSottoError(error, 'not_signed_in'),
  )
  assert.equal(asked, 0)
  for (let round = 1; round < 3; round += 1) {
    await assert.rejects(async () => authenticate({ credential: 'a', workspace: 'w' }))
    assert.equal(asked, round)
  }
})

test('a token that was revoked is refused at once, remembered or not', async (t) => {
  const { api, service } = await openTestService(t)
  const { authenticate } = rememberCallers((credential, place) => service.authenticate(credential, place))
  const token = await api.createToken({ name: 'one' })
  const actor = await authenticate({ credential: token.text, workspace: 'default' })
  await service.call(actor, 'listSecrets', {})
  await api.revokeToken({ token: token.id })
  const again = await authenticate({ credential: token.text, workspace: 'default' })
  await assert.rejects(service.call(again, 'listSecrets', {}), (error) => isSottoError(error, 'not_signed_in'))
})
