import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StackTrust } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

async function openHome(home: TestHome): Promise<void> {
  await home.ok('secret create crm --scope workspace --key=v')
  await home.ok(
    'experiment-tracker register t --flavor=mlflow --tracking_uri=https://t.test --tracking_token={{crm.key}}',
  )
  await home.ok('stack register prod --from default --experiment-tracker=t')
}

test('one’s own texts are trusted and adopted without a question', async () => {
  using home = new TestHome()
  await openHome(home)
  assert.match((await home.ok('stack trust prod')).stderr, /your own secrets resolve in stack "prod" as it is now/)
  const { texts } = await home.json<StackTrust>('stack adopt prod')
  assert.deepEqual(
    texts.map(({ object, authors, own, accepted }) => [object, authors, own, accepted]),
    [
      ['orchestrator default', ['local'], true, true],
      ['artifact-store default', ['local'], true, true],
      ['experiment-tracker t', ['local'], true, true],
      ['stack prod', ['local'], true, true],
    ].toSorted(
      (a, b) => texts.findIndex((text) => text.object === a[0]) - texts.findIndex((text) => text.object === b[0]),
    ),
  )
})

test('a check as a service account says by whom a secret is not readable', async () => {
  using home = new TestHome()
  await openHome(home)
  await home.ok('service-account create nightly')
  await home.ok('grant add viewer --to nightly')
  const refused = await home.run(['stack', 'check', 'prod', '--as', 'nightly'])
  assert.equal(refused.code, 7)
  assert.match(refused.stderr, /not readable by nightly/)
  await home.ok('grant add read --to nightly --on secret:crm')
  await home.ok('stack check prod --as nightly')
  assert.equal((await home.run(['stack', 'check', 'prod', '--as', 'local'])).code, 3, 'users are not managed so')
})
