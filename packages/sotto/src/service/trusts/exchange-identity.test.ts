/**
 * Goal: an identity token signs in as exactly the service account of a trust that it fits, and everybody else is refused by
 * one answer. Method: an issuer in this process that mints what runners and clusters have.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { NewToken, TrustInput } from '@sotto/sdk/model'
import { makeKey, TestIssuer } from '../../identity/testing/test-issuer.ts'
import { openTestService, withCode } from '../testing.ts'
import type { TestService } from '../testing.ts'

const audience = 'https://sotto.example'
const nowMs = Date.UTC(2026, 0, 1)

const runner = {
  aud: audience,
  sub: 'repo:acme/churn:ref:refs/heads/main',
  repository: 'acme/churn',
  repository_id: '7',
  repository_owner: 'acme',
  repository_owner_id: '1',
  ref: 'refs/heads/main',
}

interface World extends TestService {
  readonly issuer: TestIssuer
  /** Why tokens were refused, in their order. */
  readonly whys: string[]
  readonly trust: (change?: Partial<TrustInput>) => Promise<void>
  /** A runner's token with these claims changed; each with its own `jti`. */
  readonly mint: (change?: object, atMs?: number) => Promise<string>
  readonly exchange: (token: string, trust?: string) => Promise<NewToken>
}

async function openWorld(t: TestContext): Promise<World> {
  const service = await openTestService(t)
  const issuer = await TestIssuer.start(t)
  const whys: string[] = []
  let minted = 0
  await service.api.createServiceAccount({ name: 'ci' })
  await service.api.createServiceAccount({ name: 'other' })
  return {
    ...service,
    issuer,
    whys,
    trust: async (change = {}) => {
      const claims = { repository: 'acme/churn' }
      const usual = {
        name: 'churn',
        kind: 'github',
        serviceAccount: 'ci',
        issuer: issuer.url,
        audience,
        claims,
      } as const
      await service.api.createTrust({ ...usual, ...change })
    },
    mint: (change = {}, atMs = nowMs) =>
      issuer.token({ ...runner, jti: `t${String(minted++)}`, ...change }, { nowMs: atMs }),
    exchange: (token, trust) =>
      service.service.exchangeIdentity(
        { token, trust },
        { workspace: 'default', refusalMs: 0, refused: (why) => whys.push(why) },
      ),
  }
}

async function eventsOf({ sql }: World): Promise<readonly { principal: string; detail: string }[]> {
  const rows = await sql(
    "SELECT principal, detail FROM audit_event WHERE operation = 'exchangeIdentity' ORDER BY sequence",
  )
  return rows.map((row) => ({ principal: String(row['principal']), detail: String(row['detail']) }))
}

test('a runner acts as the service account, by a token that soon ends, and its subject is in the audit', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  const given = await world.exchange(await world.mint())
  assert.deepEqual(
    [given.principal, given.name, given.workspace, given.kind],
    ['ci', 'trust:churn', 'default', 'service'],
  )
  assert.equal(given.expiresAt, '2026-01-01T00:15:00.000Z', 'its own token lives for five minutes')
  const actor = await world.service.authenticate(given.text, { workspace: 'default' })
  assert.equal((await world.service.as(actor).whoAmI({})).principal.name, 'ci')
  const [event] = await eventsOf(world)
  assert.equal(event?.principal, 'ci')
  assert.match(event.detail, /repo:acme\/churn:ref:refs\/heads\/main/)
  world.advance(15 * 60_000)
  await assert.rejects(world.service.authenticate(given.text, { workspace: 'default' }), withCode('not_signed_in'))
  assert.equal((await world.api.verifyAudit({})).result, 'consistent, not authenticated')
})

test('what is given ends with the identity token, at most an hour and at least a quarter of one later', async (t) => {
  const world = await openWorld(t)
  await world.trust({ once: false })
  const minutes = async (expires: number): Promise<number> => {
    const { expiresAt } = await world.exchange(await world.mint({ exp: nowMs / 1000 + expires * 60 }))
    return (Date.parse(expiresAt) - nowMs) / 60_000
  }
  assert.deepEqual([await minutes(5), await minutes(40), await minutes(300)], [15, 40, 60])
  await world.api.deleteTrust({ trust: 'churn' })
  await world.trust({ once: false, lifetimeSeconds: 60 })
  assert.deepEqual([await minutes(5), await minutes(300)], [1, 1])
})

test('every refusal is one answer, whatever is wrong', async (t) => {
  const world = await openWorld(t)
  await world.trust({ claims: { repository: 'acme/churn', ref: 'refs/heads/main' } })
  await world.trust({ name: 'off', serviceAccount: 'other', claims: { repository: 'acme/off' } })
  await world.api.updateServiceAccount({ principal: 'other', disabled: true })
  const stranger = await TestIssuer.start(t)
  const answers = new Set<string>()
  const attempts: readonly (readonly [string, string, string?])[] = [
    ['malformed', ''],
    ['malformed', 'a.b.c'],
    ['malformed', 'sotto_service_x'],
    ['no trust for its issuer', await stranger.token(runner, { nowMs })],
    ['no trust for its issuer', await world.mint(), 'nowhere'],
    ['wrong audience', await world.mint({ aud: 'https://other.example' })],
    ['bad signature', await world.issuer.token(runner, { nowMs, key: await makeKey('one') })],
    ['expired', await world.mint({}, nowMs - 3_600_000)],
    ['its claims fit no trust', await world.mint({ repository: 'acme/churn2' })],
    ['its claims fit no trust', await world.mint({ ref: 'refs/heads/other' })],
    ['its claims fit no trust', await world.mint({ ref: undefined })],
    ['its service account is disabled', await world.mint({ repository: 'acme/off' })],
    ['it has no jti, and the trust takes each token once', await world.mint({ jti: undefined })],
  ]
  for (const [why, token, trust] of attempts) {
    const error: unknown = await world.exchange(token, trust).catch((reason: unknown) => reason)
    assert.ok(isSottoError(error, 'not_signed_in'), why)
    answers.add(JSON.stringify([error, error.cause]))
  }
  assert.deepEqual(
    world.whys,
    attempts.map(([why]) => why),
  )
  assert.equal(answers.size, 1, [...answers].join('\n'))
  assert.deepEqual(await eventsOf(world), [], 'a stranger cannot fill the audit')
  assert.deepEqual(stranger.asked, [], 'nothing is fetched for an issuer that nobody trusts')
})

test('a refusal takes its time, whatever is wrong', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  for (const token of ['', await world.mint({ repository: 'acme/other' })]) {
    const began = performance.now()
    await assert.rejects(world.service.exchangeIdentity({ token }, { workspace: 'default', refusalMs: 80 }))
    assert.ok(performance.now() - began >= 75)
  }
})

test('attack 7: a token is taken once, also when a hundred requests bring it at the same instant', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  const token = await world.mint()
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => world.exchange(token)))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal((await eventsOf(world)).length, 1)
  assert.deepEqual(new Set(world.whys), new Set(['it was used before']))
  await world.exchange(await world.mint())
})

test('used tokens are forgotten after they have expired', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  await world.exchange(await world.mint())
  world.advance(11 * 60_000)
  await world.exchange(await world.mint({}, nowMs + 11 * 60_000))
  assert.equal((await world.sql('SELECT 1 FROM used_identity')).length, 1)
  assert.equal((await world.api.verifyAudit({})).result, 'consistent, not authenticated')
})

test('a trust may take a token again: files that all programs of a pod read', async (t) => {
  const world = await openWorld(t)
  const claims = { namespace: 'ml', serviceaccount: 'train' }
  await world.trust({ kind: 'kubernetes', claims })
  const pod = { 'kubernetes.io': { namespace: 'ml', serviceaccount: { name: 'train', uid: 'u' } } }
  const token = await world.mint({ ...pod, sub: 'system:serviceaccount:ml:train' })
  await world.exchange(token)
  await world.exchange(token)
  const other = { 'kubernetes.io': { namespace: 'ml2', serviceaccount: { name: 'train' } } }
  await assert.rejects(world.exchange(await world.mint(other)), withCode('not_signed_in'))
})

test('the ids of a repository are pinned at the first use: its name, given up and taken by another, is worth nothing', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  await world.exchange(await world.mint())
  const [trust] = (await world.api.listTrusts({})).trusts
  assert.deepEqual(trust?.pinned, { repository_id: '7', repository_owner_id: '1' })
  await assert.rejects(world.exchange(await world.mint({ repository_id: '8' })), withCode('not_signed_in'))
  await assert.rejects(world.exchange(await world.mint({ repository_owner_id: '2' })), withCode('not_signed_in'))
  await assert.rejects(world.exchange(await world.mint({ repository_id: undefined })), withCode('not_signed_in'))
  await world.exchange(await world.mint())

  await world.trust({ name: 'all', serviceAccount: 'other', claims: { repository: 'acme/*' } })
  await world.exchange(await world.mint(), 'all')
  await world.exchange(await world.mint({ repository: 'acme/second', repository_id: '9' }), 'all')
  const evil = { repository: 'acme/second', repository_id: '9', repository_owner_id: '3' }
  await assert.rejects(world.exchange(await world.mint(evil), 'all'), withCode('not_signed_in'))
})

test('where a token fits trusts of several service accounts, one must be named', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  await world.trust({ name: 'second', serviceAccount: 'other' })
  await assert.rejects(world.exchange(await world.mint()), withCode('not_signed_in'))
  assert.match(world.whys[0] ?? '', /several service accounts/)
  assert.equal((await world.exchange(await world.mint(), 'second')).principal, 'other')
  await world.trust({ name: 'third', serviceAccount: 'ci' })
  await world.api.deleteTrust({ trust: 'second' })
  assert.equal((await world.exchange(await world.mint())).principal, 'ci')
})

test('a token for the audience of one trust is none for another trust of the same issuer', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  await world.trust({ name: 'second', serviceAccount: 'other', audience: 'https://second.example' })
  const aud = 'https://second.example'
  assert.equal((await world.exchange(await world.mint({ aud }))).principal, 'other')
  assert.equal((await world.exchange(await world.mint())).principal, 'ci')
  await assert.rejects(world.exchange(await world.mint({ aud }), 'churn'), withCode('not_signed_in'))
  assert.equal((await world.exchange(await world.mint({ aud: [audience, aud] }), 'second')).principal, 'other')
})

test('a trust with keys of its own asks nobody, and its keys are good for no other trust', async (t) => {
  const world = await openWorld(t)
  const key = await makeKey('one')
  const keySet = JSON.stringify({ keys: [key.jwk] })
  await world.trust({ keySet })
  await world.trust({ name: 'fetched', claims: { repository: 'acme/fetched' } })
  const minted = { ...runner, jti: 'x', iss: world.issuer.url }
  const token = await world.issuer.token(minted, { nowMs, key })
  assert.equal((await world.exchange(token)).principal, 'ci')
  const crossed = await world.issuer.token({ ...minted, jti: 'y', repository: 'acme/fetched' }, { nowMs, key })
  await assert.rejects(world.exchange(crossed), withCode('not_signed_in'))
})

test('a trust that is deleted takes along what it gave, and nothing else; so does its service account', async (t) => {
  const world = await openWorld(t)
  const { api, service } = world
  await world.trust()
  await world.trust({ name: 'second', claims: { repository: 'acme/second' } })
  const given = await world.exchange(await world.mint())
  const second = await world.exchange(await world.mint({ repository: 'acme/second' }))
  const own = await api.createToken({ name: 'own', principal: 'ci' })
  await api.deleteTrust({ trust: 'churn' })
  await assert.rejects(service.authenticate(given.text, { workspace: 'default' }), withCode('not_signed_in'))
  await assert.rejects(world.exchange(await world.mint()), withCode('not_signed_in'))
  for (const { text } of [second, own]) await service.authenticate(text, { workspace: 'default' })
  await api.deleteServiceAccount({ principal: 'ci' })
  assert.deepEqual((await api.listTrusts({})).trusts, [])
  await assert.rejects(service.authenticate(second.text, { workspace: 'default' }), withCode('not_signed_in'))
})

test('a trust, or a used token, that somebody without a key wrote or moved is noticed', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  await world.exchange(await world.mint())
  await world.sql("UPDATE trust SET claims = '{}'")
  await assert.rejects(world.exchange(await world.mint({ repository: 'evil/x' })), withCode('row_altered'))
  await world.sql('UPDATE trust SET claims = \'{"repository":"acme/churn"}\'')
  await world.sql('DELETE FROM used_identity')
  assert.equal((await world.api.verifyAudit({})).result, 'broken')
})

test('a service account makes no trust for itself, and an embedded store signs nobody in', async (t) => {
  const world = await openWorld(t)
  await world.trust()
  const { text } = await world.exchange(await world.mint())
  const ci = world.service.as(await world.service.authenticate(text, { workspace: 'default' }))
  const input = {
    name: 'mine',
    kind: 'github',
    serviceAccount: 'ci',
    audience,
    claims: { repository: 'evil/x' },
  } as const
  await assert.rejects(ci.createTrust(input), withCode('forbidden'))
  await assert.rejects(ci.deleteTrust({ trust: 'churn' }), withCode('forbidden'))
  await assert.rejects(
    ci.createSecret({ name: 'a', scope: 'workspace', values: { k: textValue('v') } }),
    (error: unknown) => isSottoError(error),
  )
})
