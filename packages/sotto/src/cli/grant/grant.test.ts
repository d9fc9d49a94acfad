import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessAnswer, Grant, NewToken, Token } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

test('a service account gets a token and rights, and loses them', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --scope workspace --key=v')
  assert.match((await home.ok('service-account create nightly')).stderr, /no rights yet\nnext: sotto grant add runner/)
  const made = await home.ok('token create --for nightly --ttl 30d')
  assert.match(made.stdout, /^sotto_service_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}\n$/, 'the token alone')
  assert.match(made.stderr, /acts as "nightly" until .*\nIt is shown once/)
  assert.match((await home.ok('grant add read --to nightly --on secret:c*')).stderr, /"nightly" has read on secret c\*/)
  const { items } = await home.json<{ items: Grant[] }>('grant list')
  assert.deepEqual(
    items.map(({ principal, grant, kind, name }) => [principal, grant, kind, name]),
    [['nightly', 'read', 'secret', 'c*']],
  )
  assert.match(
    (await home.ok('access why nightly read secret:crm')).stdout,
    /because it: +was granted read on secret c\*/,
  )
  const no = await home.ok('access why nightly write secret:crm')
  assert.match(no.stdout, /write secret crm: +no/)
  assert.match(no.stderr, /next: sotto grant add write --to nightly --on secret:crm/)
  const { principals } = await home.json<{ principals: AccessAnswer[] }>('access who-can read secret:crm')
  assert.deepEqual(
    principals.map(({ principal }) => principal),
    ['local', 'nightly'],
  )
  const [token] = (await home.json<{ items: Token[] }>('token list --for nightly')).items
  await home.ok(`token revoke ${token?.id ?? ''}`)
  assert.match((await home.ok('token list --for nightly --all')).stdout, /revoked/)
  await home.ok('grant remove read --from nightly --on secret:c*')
  assert.equal((await home.run(['grant', 'remove', 'read', '--from', 'nightly'])).code, 3)
  await home.ok('service-account disable nightly')
  assert.match((await home.ok('service-account list')).stdout, /nightly +disabled/)
  await home.ok('service-account enable nightly')
  assert.equal((await home.run(['service-account', 'delete', 'nightly'])).code, 2, 'nobody can answer')
  await home.ok('service-account delete nightly --yes')
  assert.equal((await home.run(['token', 'list', '--for', 'nightly'])).code, 3)
})

test('says what is wrong with a grant before it asks the store', async () => {
  using home = new TestHome()
  for (const [line, message] of [
    [['grant', 'add', 'owner', '--to', 'x'], /"owner" is neither a role nor a right\nnext: roles: viewer/],
    [['grant', 'add', 'read'], /--to PRINCIPAL is missing/],
    [['grant', 'add', 'read', '--to', 'x', '--on', 'passwords:crm'], /is not written as KIND:NAME/],
    [['access', 'why', 'x', 'see', 'secret:crm'], /"see" is not a right/],
  ] as const) {
    const refused = await home.run([...line])
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, message)
  }
})

test('a token is JSON for a program, with its text', async () => {
  using home = new TestHome()
  const made = await home.json<NewToken>('token create laptop')
  assert.deepEqual([made.name, made.principal, made.kind], ['laptop', 'local', 'user'])
  assert.match(made.text, /^sotto_user_/)
})
