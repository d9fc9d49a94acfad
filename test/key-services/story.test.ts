// The command line with a key of a service: first use, change from one to the other, the service away and gone for good.

import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { KeysDescription } from '@sotto/sdk/model'
import { TestHome } from '../../packages/sotto/src/cli/testing.ts'
import { makeKmsKey, motoEnvironment, startMoto } from '../support/moto.ts'
import { rootToken, startOpenbao } from '../support/openbao.ts'
import { requirePart } from '../support/parts.ts'

test('from the first use in OpenBao to AWS KMS, to a file and back', async (t) => {
  if (!requirePart(t, 'openbao') || !requirePart(t, 'moto')) return
  await using bao = await startOpenbao()
  await using moto = await startMoto()
  Object.assign(process.env, motoEnvironment(moto.url)) // the SDK looks there
  const inAws = `aws-kms:${await makeKmsKey(moto.url, 'eu-central-1')}`
  await bao.call('POST', 'transit/keys/sotto', { type: 'aes256-gcm96' })
  const inBao = `transit:${bao.url}/transit/sotto`

  using home = new TestHome()
  const token = { BAO_TOKEN: rootToken }
  const withBao = { env: { ...token, SOTTO_ROOT_KEY_SERVICE: inBao } }
  await home.ok('secret create s --a=1', withBao)
  const status = await home.ok('keys status', withBao)
  assert.match(status.stdout, new RegExp(`^root key: +${inBao}\n`), status.stdout)
  assert.ok(status.stdout.includes(`wrapped by ${inBao}`), status.stdout)
  const doctor = await home.ok('doctor', withBao)
  assert.match(doctor.stdout, /root key +wrapped by transit:http.*SOTTO_ROOT_KEY_SERVICE/)
  for (const { stdout } of [status, doctor]) assert.ok(!stdout.includes(rootToken))

  const changed = await home.ok(`keys change-root --to ${inAws} --yes`, withBao)
  assert.ok(changed.stderr.includes(`SOTTO_ROOT_KEY_SERVICE=${inAws}`), changed.stderr)
  const stale = await home.run(['secret', 'get', 's', 'a'], withBao)
  assert.equal(stale.code, 1)
  assert.ok(stale.stderr.includes(`this store opens with ${inAws}`), stale.stderr)
  const bare = await home.run(['secret', 'get', 's', 'a'])
  assert.match(bare.stderr, /opens with a key of aws-kms:/)
  const withAws = { env: { SOTTO_ROOT_KEY_SERVICE: inAws } }
  assert.equal((await home.ok('secret get s a', withAws)).stdout, '1')

  await home.ok('keys change-root --to file --yes', withAws)
  assert.equal((await home.ok('secret get s a')).stdout, '1')
  await home.ok(`keys change-root --to ${inBao} --yes`, { env: token })
  assert.equal((await home.ok('secret get s a', withBao)).stdout, '1')
  assert.equal((await home.ok('keys change-root --yes', withBao)).code, 0, 'as now')

  const backup = join(home.folder, 'sotto.backup')
  await home.ok(`backup create ${backup}`, withBao)
  await home.ok(`backup verify ${backup}`, withBao)
  using elsewhere = new TestHome()
  await elsewhere.ok(`backup restore ${backup} --yes`, withBao)
  assert.equal((await elsewhere.ok('secret get s a', withBao)).stdout, '1')
})

test('a service that is away is no reason to worry, one that is gone is what the recovery code is for', async (t) => {
  if (!requirePart(t, 'openbao')) return
  await using bao = await startOpenbao()
  await bao.call('POST', 'transit/keys/sotto', { type: 'aes256-gcm96' })
  const env = { BAO_TOKEN: rootToken, SOTTO_ROOT_KEY_SERVICE: `transit:${bao.url}/transit/sotto` }
  using home = new TestHome()
  await home.ok('secret create s --a=1', { env })
  const { stdout: code } = await home.ok('keys recovery', { env })

  await bao.call('POST', 'transit/keys/sotto/config', { deletion_allowed: true })
  await bao.call('DELETE', 'transit/keys/sotto')
  const gone = await home.run(['secret', 'get', 's', 'a'], { env })
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /does not exist.*\nnext: .*change-root --recovery --to file/)
  await bao.stop()
  const away = await home.run(['secret', 'get', 's', 'a', '-o', 'json'], { env })
  assert.equal(away.code, 8)
  assert.equal((JSON.parse(away.stderr) as { code: string }).code, 'key_service_unreachable') // the shape of errors

  const codeFile = join(home.folder, 'code')
  writeFileSync(codeFile, code, { mode: 0o600 })
  const recovered = await home.run(
    ['keys', 'change-root', '--recovery-code', `@${codeFile}`, '--to', 'file', '--yes'],
    { env },
  )
  assert.equal(recovered.code, 0, recovered.stderr)
  assert.match(recovered.stderr, /SOTTO_ROOT_KEY_SERVICE is set, and what it holds may open nothing any more/)
  assert.equal((await home.ok('secret get s a')).stdout, '1')
  const keys = await home.json<KeysDescription>('keys status')
  assert.equal(keys.slots[0]?.kind, 'file')
  rmSync(codeFile)
})

test('what --to and the variable name is checked before anybody is asked', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  for (const to of ['nothing', 'vault:x', 'transit:bao', 'aws-kms:alias/x', 'transit:https://u:hidden@h/transit/k']) {
    const ran = await home.run(['keys', 'change-root', '--to', to, '--yes'])
    assert.ok([1, 2].includes(ran.code), `${to}: ${ran.stderr}`)
    assert.ok(!ran.stderr.includes('hidden') || to !== 'transit:https://u:hidden@h/transit/k', ran.stderr)
  }
  const wrong = await home.run(['secret', 'get', 's', 'a'], {
    env: { SOTTO_ROOT_KEY_SERVICE: 'aws-kms:arn:aws:s3:::b' },
  })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /not the ARN of a key/)
  const unset = await home.run(['secret', 'get', 's', 'a'], {
    env: { SOTTO_ROOT_KEY_SERVICE: 'transit:https://bao.example/transit/sotto' },
  })
  assert.match(unset.stderr, /this store opens with file \(primary\)/)
})
