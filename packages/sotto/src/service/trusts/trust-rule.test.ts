/** Goal: a trust that would let in more than somebody is refused, however it is written (attack 17). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { JsonObject, TrustClaims, TrustInput, TrustKind } from '@sotto/sdk/model'
import { fc } from '../../../../../test/support/property.ts'
import { claimsFit } from './claims.ts'
import { requireTerms } from './trust-rule.ts'

function input(kind: TrustKind, claims: TrustClaims, more: Partial<TrustInput> = {}): TrustInput {
  const issuer = kind === 'kubernetes' || kind === 'oidc' ? { issuer: 'https://issuer.example' } : {}
  return { name: 't', kind, serviceAccount: 'ci', audience: 'https://sotto.example', claims, ...issuer, ...more }
}

const enough: readonly (readonly [TrustKind, TrustClaims])[] = [
  ['github', { repository: 'acme/churn' }],
  ['github', { repository: 'acme/*' }],
  ['github', { repository_owner: 'acme', ref: 'refs/heads/release-*' }],
  ['github', { repository_id: '123456' }],
  ['github', { sub: 'repo:acme/churn:environment:prod' }],
  ['github', { sub: 'repo:acme/churn:*' }],
  ['gitlab', { project_path: 'acme/ml/churn', ref_protected: 'true' }],
  ['gitlab', { namespace_path: 'acme/ml/*' }],
  ['gitlab', { project_id: '7' }],
  ['kubernetes', { namespace: 'ml', serviceaccount: 'train' }],
  ['kubernetes', { sub: 'system:serviceaccount:ml:train' }],
  ['kubernetes', { namespace: 'ml', serviceaccount: 'train', '/kubernetes.io/pod/name': 'train-*' }],
  ['oidc', { sub: 'machine-7' }],
  ['oidc', { 'https://issuer.example/team': 'ml', sub: 'org/7/*' }],
]

const tooWide: readonly (readonly [TrustKind, TrustClaims])[] = [
  ['github', {}],
  ['github', { repository: '*' }],
  ['github', { repository: 'acme*' }],
  ['github', { repository: 'acme/churn*' }],
  ['github', { repository: '*/churn' }],
  ['github', { repository: 'acme/*/x' }],
  ['github', { repository_owner: 'acme*' }],
  ['github', { repository_id: '123*' }],
  ['github', { repository: '' }],
  ['github', { ref: 'refs/heads/main' }],
  ['github', { environment: 'prod', actor: 'ada' }],
  ['github', { sub: 'repo:*' }],
  ['github', { sub: 'repo:acme*' }],
  ['github', { sub: 'repo:acme/churn*' }],
  ['github', { workflow_ref: 'acme/churn/*' }],
  ['gitlab', { ref: 'main' }],
  ['gitlab', { project_path: 'acme*' }],
  ['gitlab', { sub: 'project_path:*' }],
  ['kubernetes', { namespace: 'ml' }],
  ['kubernetes', { serviceaccount: 'default' }],
  ['kubernetes', { namespace: 'ml-*', serviceaccount: 'train' }],
  ['kubernetes', { namespace: 'ml', serviceaccount: 'train-*' }],
  ['kubernetes', { sub: 'system:serviceaccount:ml:*' }],
  ['kubernetes', { repository: 'acme/churn' }],
  ['oidc', {}],
  ['oidc', { sub: '*' }],
  ['oidc', { sub: 'org/*' }],
  ['oidc', { aud: 'https://sotto.example', iss: 'https://issuer.example' }],
]

const refused = (error: unknown): boolean => isSottoError(error, 'input_invalid')

test('a trust names somebody', () => {
  for (const [kind, claims] of enough)
    assert.equal(requireTerms(input(kind, claims)).kind, kind, JSON.stringify(claims))
})

test('a trust that every customer or many names would fit is refused', () => {
  for (const [kind, claims] of tooWide)
    assert.throws(() => requireTerms(input(kind, claims)), refused, `${kind} ${JSON.stringify(claims)}`)
})

test('a hosted issuer is trusted by its own kind alone, in whatever writing', () => {
  for (const issuer of [
    'https://token.actions.githubusercontent.com',
    'https://TOKEN.actions.githubusercontent.com/',
    'https://token.actions.githubusercontent.com/enterprise',
    'https://gitlab.com',
  ])
    assert.throws(() => requireTerms(input('oidc', { sub: 'anybody' }, { issuer })), refused, issuer)
  assert.throws(() => requireTerms(input('github', { repository: 'a/b' }, { issuer: 'https://gitlab.com' })), refused)
})

test('other input is refused too', () => {
  const claims = { repository: 'acme/churn' }
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`c${String(index)}`, 'x']))
  for (const change of [
    { audience: '' },
    { audience: ' https://sotto.example' },
    { issuer: 'http://issuer.example' },
    { claims: { ...claims, ref: 'refs/heads/main\n' } },
    { claims: { ...claims, ref: 'refs/heads/\u200bmain' } },
    { claims: { ...claims, ref: 'refs/heads/ma*n' } },
    { claims: { ...claims, ...many } },
    { claims: { ...claims, ref: 'a'.repeat(600) } },
    { keySet: 'no json' },
    { keySet: '{"keys":[]}' },
    { lifetimeSeconds: 59 },
    { lifetimeSeconds: 3601 },
    { lifetimeSeconds: Number.NaN },
    { kind: 'gitea' as TrustKind },
  ])
    assert.throws(() => requireTerms({ ...input('github', claims), ...change }), refused, JSON.stringify(change))
  assert.throws(() => requireTerms({ ...input('kubernetes', { sub: 'x' }), issuer: undefined }), refused)
})

const claims: JsonObject = {
  repository: 'acme/churn',
  repository_id: 7,
  protected: true,
  nothing: null,
  groups: ['ml', 'ops,admin', ['nested'], { a: 'b' }],
  'kubernetes.io': { namespace: 'ml', 'a/b~c': 'escaped', serviceaccount: { name: 'train' } },
}

test('attack 17: a claim fits exactly, or as a beginning; letters that mean something elsewhere mean nothing', () => {
  const fits = (wanted: TrustClaims): boolean => claimsFit(claims, wanted, { ns: '/kubernetes.io/namespace' })
  for (const wanted of [
    {},
    { repository: 'acme/churn' },
    { repository: 'acme/*' },
    { repository_id: '7' },
    { protected: 'true' },
    { groups: 'ops,admin' },
    { groups: 'm*' },
    { ns: 'ml' },
    { '/kubernetes.io/serviceaccount/name': 'train' },
    { '/kubernetes.io/a~1b~0c': 'escaped' },
  ])
    assert.ok(fits(wanted), JSON.stringify(wanted))
  for (const wanted of [
    { repository: 'ACME/churn' },
    { repository: 'acme/chur' },
    { repository: 'acme/churn/' },
    { repository: 'acme/chur?' },
    { repository: '.*' },
    { repository: 'acme%2fchurn' },
    { groups: 'admin' },
    { groups: 'ops' },
    { groups: 'nested' },
    { groups: 'ml,ops,admin' },
    { nothing: 'null' },
    { nothing: '*' },
    { absent: '*' },
    { 'kubernetes.io': '*' },
    { '/kubernetes.io': '*' },
    { '/groups/0': 'ml' },
    JSON.parse('{"__proto__":"*"}') as TrustClaims, // a literal would set the prototype
    { constructor: '*' },
    { '/kubernetes.io/constructor/name': 'Object' },
    { ns: 'ml', repository: 'acme/other' },
  ])
    assert.ok(!fits(wanted), JSON.stringify(wanted))
})

test('a claim without a star fits no other text, and one with a star no text that begins otherwise', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 })
  fc.assert(
    fc.property(text, text, (pattern, other) => {
      const fits = claimsFit({ sub: other }, { sub: pattern }, {})
      assert.equal(fits, pattern.endsWith('*') ? other.startsWith(pattern.slice(0, -1)) : pattern === other)
    }),
  )
})
