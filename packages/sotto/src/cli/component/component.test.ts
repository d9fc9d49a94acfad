import assert from 'node:assert/strict'
import { test } from 'node:test'
import { componentTypes } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

test('all fourteen types have the same commands, for flavors of the user as well', async () => {
  using home = new TestHome()
  for (const type of componentTypes) {
    await home.ok(
      `flavor register ${type} mine --attribute token:secret:required --attribute port:number:default=6565 --attribute tls:boolean --attribute hosts:list`,
    )
    await home.run([
      type,
      'register',
      'a',
      '--flavor=mine',
      '--token={{s.k}}',
      '--port=8080',
      '--tls=true',
      '--hosts=["x","{{s.h}}"]',
      '--label',
      'team=risk',
    ])
    await home.ok(`${type} copy a b`)
    await home.ok(`${type} rename b c`)
    await home.ok(`${type} update c --port=1`)
    await home.ok(`${type} remove-attribute c hosts`)
    assert.deepEqual((await home.json<{ attributes: object }>(`${type} describe a`)).attributes, {
      token: '{{s.k}}',
      port: 8080,
      tls: true,
      hosts: ['x', '{{s.h}}'],
    })
    const changed = (await home.json<{ attributes: Record<string, unknown> }>(`${type} describe c`)).attributes
    assert.deepEqual([changed['port'], changed['hosts']], [1, undefined])
    assert.match((await home.ok(`${type} list --flavor mine`)).stdout, /^a +mine[^]*^c +mine/m)
    assert.match((await home.ok(`${type} delete c`)).stderr, /deleted/)
  }
})

test('a secret in clear is warned of, not shown, and --allow-plaintext accepts it', async () => {
  using home = new TestHome()
  const ran = await home.ok('experiment-tracker register m --flavor=mlflow --tracking_password=hunter2hunter2')
  assert.match(ran.stderr, /^warning: tracking_password/m)
  const described = await home.ok('experiment-tracker describe m')
  assert.doesNotMatch(ran.stderr + described.stdout, /hunter2/)
  assert.doesNotMatch(
    (await home.ok('experiment-tracker update m --tracking_password=hunter3hunter3 --allow-plaintext')).stderr,
    /warning/,
  )
})

test('what is wrong with a component is told with the nearest name, the place, and no value', async () => {
  using home = new TestHome()
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['--flavor=mlflw'], 3, /did you mean "mlflow"/],
    [['--flavor=mlflow', '--trcking_uri=hunter2'], 2, /did you mean "tracking_uri"/],
    [['--flavor=mlflow', '--nested=hunter2'], 2, /nested/],
    [['--flavor=mlflow', '--tracking_uri={{hunter2'], 2, /./],
    [[], 2, /--flavor is missing/],
  ]
  for (const [argv, code, message] of cases) {
    const ran = await home.run(['experiment-tracker', 'register', 'm', ...argv])
    assert.equal(ran.code, code, ran.stderr)
    assert.match(ran.stderr, message)
    assert.doesNotMatch(ran.stderr, /hunter2/)
  }
})
