import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestHome } from '../testing.ts'

async function valueOf(home: TestHome, line: string): Promise<string> {
  return (await home.ok(`secret get ${line}`)).stdout
}

test('versions are compared by names of keys, and an old one becomes the newest', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --user=ada --password=canary-1')
  const single = await home.run(['secret', 'diff', 'crm'])
  assert.deepEqual([single.code, single.stdout], [2, ''])
  await home.ok('secret update crm --password=canary-2 --token=canary-3')
  const shown = await home.ok('secret diff crm')
  assert.match(shown.stdout, /from: +crm@1 \(scope user\)\nto: +crm@2 \(scope user\)\nsame: +user\n/)
  assert.match(shown.stdout, /password +changed\ntoken +added\n/)
  for (const line of ['secret diff crm@1', 'secret diff crm@1 crm@2', 'secret diff crm@1 crm']) {
    const diff = await home.json<{ added: string[]; changed: string[]; unchanged: string[] }>(line)
    assert.deepEqual([diff.added, diff.changed, diff.unchanged], [['token'], ['password'], ['user']], line)
    assert.doesNotMatch(JSON.stringify(diff), /canary/)
  }
  assert.equal((await home.run(['secret', 'diff', 'crm@0'])).code, 2)
  assert.equal((await home.run(['secret', 'diff', 'crm@7', 'crm'])).code, 3)

  const back = await home.ok('secret rollback crm 1')
  assert.match(
    back.stderr,
    /^updated secret "crm" \(scope user, version 3\): wrote password; removed token \(as version 1\)\n/,
  )
  assert.equal(await valueOf(home, 'crm password'), 'canary-1')
  assert.match((await home.ok('secret rollback crm 1')).stderr, /is unchanged: it has what version 1 has/)
  for (const version of ['x', '0', '9'])
    assert.notEqual((await home.run(['secret', 'rollback', 'crm', version])).code, 0)
  const late = await home.run(['secret', 'rollback', 'crm', '1', '--expect-version', '2'])
  assert.equal(late.code, 6)
})

test('secrets of two scopes are compared', async () => {
  using home = new TestHome()
  await home.ok('secret create db --password=one --host=same')
  await home.ok('secret create db --scope workspace --password=two --host=same')
  const diff = await home.json<{ changed: string[] }>('secret diff db db --scope user --with-scope workspace')
  assert.deepEqual(diff.changed, ['password'])
  assert.match((await home.ok('secret diff db db')).stderr, /nothing differs/)
})

test('what was deleted is listed, comes back, and is purged for good', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --password=one')
  await home.ok('secret delete crm --yes')
  const listed = await home.ok('secret list --deleted')
  assert.match(listed.stdout, /^NAME +SCOPE +VERSION +KEYS +DELETED +ID\ncrm +user +1 +password /)
  assert.match(
    (await home.ok('secret undelete crm')).stderr,
    /^brought back secret "crm" \(scope user, version 1\): password\n/,
  )
  assert.equal(await valueOf(home, 'crm password'), 'one')

  const live = await home.run(['secret', 'purge', 'crm', '--yes'])
  assert.deepEqual([live.code, /next: delete it first: sotto secret delete crm/.test(live.stderr)], [3, true])
  await home.ok('secret delete crm --yes')
  await home.ok('secret create crm --password=two')
  const taken = await home.run(['secret', 'undelete', 'crm'])
  assert.equal(taken.code, 6)
  assert.match(taken.stderr, /next: bring it back under another name: sotto secret undelete crm --as NEW/)
  await home.ok('secret undelete crm --as crm_old')
  assert.equal(await valueOf(home, 'crm_old password'), 'one')
  await home.ok('secret delete crm_old --yes')
  await home.ok('secret rename crm crm_old')
  await home.ok('secret delete crm_old --yes')

  const unasked = await home.run(['secret', 'purge', 'crm_old'])
  assert.deepEqual([unasked.code, /--yes/.test(unasked.stderr)], [2, true])
  const no = await home.run(['secret', 'purge', 'crm_old'], { terminal: true, stdin: 'n\r' })
  assert.equal(no.code, 130)
  const purged = await home.ok('secret purge crm_old --yes')
  assert.equal(purged.stderr.match(/^purged secret "crm_old"/gm)?.length, 2)
  assert.match((await home.ok('secret list --deleted')).stdout, /^NAME .*\n$/)
  assert.equal((await home.run(['secret', 'undelete', 'crm_old'])).code, 3)
})

test('a secret is shared and taken back, which is asked about where something uses it', async () => {
  using home = new TestHome()
  const made = await home.ok('secret create crm --password=one')
  assert.doesNotMatch(made.stderr, /share it/, 'nobody else works with the store of one machine')
  const shared = await home.ok('secret share crm')
  assert.match(shared.stderr, /^shared secret "crm" \(scope workspace, version 1\), with all its versions\n/)
  assert.match(
    (await home.ok('secret unshare crm')).stderr,
    /^took secret "crm" back \(scope user, version 1\): only you/,
  )
  await home.ok('secret share crm')
  await home.ok(
    'experiment-tracker register mlflow --flavor mlflow --tracking_uri=http://h --tracking_password={{crm.password}}',
  )
  const unasked = await home.run(['secret', 'unshare', 'crm'])
  assert.deepEqual([unasked.code, /add --yes to unshare it all the same/.test(unasked.stderr)], [6, true])
  assert.match(
    (await home.ok('secret unshare crm --yes')).stderr,
    /1 reference, which will not resolve for others any more:/,
  )
  assert.equal(await valueOf(home, 'crm password'), 'one')
})

test('a secret expires, says so, and is renewed', async () => {
  using home = new TestHome()
  const made = await home.ok('secret create crm --password=one --expires 2099-01-01')
  assert.match(made.stderr, /\nit expires 2099-01-01 00:00 UTC\n/)
  assert.match((await home.ok('secret list')).stdout, /EXPIRES\n.*2099-01-01 00:00 UTC\n/)
  assert.match((await home.ok('secret describe crm')).stdout, /expires: +2099-01-01 00:00 UTC\n/)
  const past = await home.run(['secret', 'update', 'crm', '--expires', '2020-01-01'])
  assert.deepEqual([past.code, /which is past/.test(past.stderr)], [2, true])
  assert.equal((await home.run(['secret', 'update', 'crm', '--expires=soon'])).code, 2)

  await home.ok('flavor register alerter chat --attribute token')
  await home.ok('alerter register chat --flavor=chat --token={{crm.password}}')
  await home.ok('stack register prod --from default --alerter=chat')
  assert.doesNotMatch((await home.ok('stack check prod')).stderr, /expires/)
  await home.ok(`secret update crm --expires ${new Date(Date.now() + 86_400_000).toISOString()}`)
  const warned = await home.ok('stack check prod')
  assert.match(warned.stderr, /^warning: secret "crm" expires \S+ \S+ UTC; renew it: /m)
  assert.match(warned.stdout, /ok \(it expires at /)

  const soon = new Date(Date.now() + 1500).toISOString()
  await home.ok(`secret update crm --expires ${soon}`)
  await new Promise((resolve) => setTimeout(resolve, 1600))
  const expired = await home.run(['secret', 'get', 'crm', 'password'])
  assert.deepEqual([expired.code, expired.stdout], [6, ''])
  assert.match(
    expired.stderr,
    /^error: secret "crm" expired at .*\nnext: renew it: sotto secret update crm --KEY=@FILE --expires 30d\n/,
  )
  const failed = await home.run(['stack', 'check', 'prod'])
  assert.deepEqual([failed.code, /\{\{crm\.password\}\} +expired/.test(failed.stderr)], [7, true])
  await home.ok('secret update crm --password=two --expires=never')
  assert.equal(await valueOf(home, 'crm password'), 'two')
  assert.doesNotMatch((await home.ok('secret list')).stdout, /EXPIRES/)
})

test('a value is made up at random, in every form, and is not shown', async () => {
  using home = new TestHome()
  const forms = {
    'random:32': /^[A-Za-z0-9]{32}$/,
    'random:1': /^[A-Za-z0-9]$/,
    'random:40:alnum': /^[A-Za-z0-9]{40}$/,
    'random:16:symbols': /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*[_.+=^~,-])[\w.+=^~,-]{16}$/,
    'random:32:hex': /^[0-9a-f]{64}$/,
    'random:32:base64': /^[A-Za-z0-9+/]{43}=$/,
  }
  for (const [form, pattern] of Object.entries(forms)) {
    const ran = await home.ok(`secret set api --key=@${form}`)
    const value = await valueOf(home, 'api key')
    assert.match(value, pattern)
    if (value.length > 1) assert.ok(!`${ran.stdout}${ran.stderr}`.includes(value))
  }
  for (const form of ['random:', 'random:0', 'random:5000', 'random:8:emoji', 'random:8:constructor', 'random:x'])
    assert.equal((await home.run(['secret', 'set', 'api', `--key=@${form}`])).code, 2, form)
  const both = await home.ok('secret set api --a=@random:24 --b=@random:24')
  assert.match(both.stderr, /wrote a, b/)
  assert.notEqual(await valueOf(home, 'api a'), await valueOf(home, 'api b'))
})
