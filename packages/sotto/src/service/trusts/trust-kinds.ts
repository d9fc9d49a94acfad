/**
 * What is known of those who vouch: their issuer, which claims say who somebody is, and what of it lasts. A trust must
 * name somebody; one that any customer of the same issuer would fit is refused.
 */
import type { TrustClaims, TrustKind } from '@sotto/sdk/model'
import type { ClaimPaths } from './claims.ts'

export interface KnownKind {
  /** The issuer where none is named. */
  readonly issuer?: string
  /** Is each token of it meant for one sign-in? */
  readonly once: boolean
  readonly paths: ClaimPaths
  /** Claims that say whose something is. A beginning of one must end where a name in it ends: `acme*` is also `acme-evil`. */
  readonly identities: readonly string[]
  /** Are these claims enough to name somebody? */
  readonly namesSomebody: (claims: TrustClaims) => boolean
  /** What is missing, where they are not. */
  readonly needed: string
  /** Ids that last, of what these claims name: pinned at the first use. */
  readonly idsToPin: (claims: TrustClaims) => readonly string[]
}

export const githubIssuer = 'https://token.actions.githubusercontent.com'
export const gitlabIssuer = 'https://gitlab.com'

/** One is there, and is not empty but for a `*`. */
function some(...names: readonly string[]): (claims: TrustClaims) => boolean {
  return (claims) => names.some((name) => (claims[name] ?? '*') !== '*')
}

export const knownKinds: { readonly [kind in TrustKind]: KnownKind } = {
  // https://docs.github.com/actions/reference/security/oidc
  github: {
    issuer: githubIssuer,
    once: true,
    paths: {},
    identities: ['repository', 'repository_owner', 'sub', 'job_workflow_ref', 'workflow_ref'],
    namesSomebody: (claims) =>
      some('repository', 'repository_id', 'repository_owner', 'repository_owner_id')(claims) ||
      /^repo:[^/*:]+\/./.test(claims['sub'] ?? ''),
    needed: 'repository or repository_owner, or the id of one',
    idsToPin: ({ repository, repository_owner: owner, sub }) => {
      if (isExact(repository) || /^repo:[^/*:]+\/[^/*:]+(:|$)/.test(sub ?? ''))
        return ['repository_id', 'repository_owner_id']
      return repository === undefined && owner === undefined && sub === undefined ? [] : ['repository_owner_id']
    },
  },
  // https://docs.gitlab.com/ci/secrets/id_token_authentication/
  gitlab: {
    issuer: gitlabIssuer,
    once: false,
    paths: {},
    identities: ['project_path', 'namespace_path', 'sub', 'ci_config_ref_uri'],
    namesSomebody: (claims) =>
      some('project_path', 'project_id', 'namespace_path', 'namespace_id')(claims) ||
      /^project_path:[^/*:]+\/./.test(claims['sub'] ?? ''),
    needed: 'project_path or namespace_path, or the id of one',
    idsToPin: ({ project_path: project, namespace_path: namespace, sub }) => {
      if (isExact(project) || /^project_path:[^*:]+:/.test(sub ?? '')) return ['project_id', 'namespace_id']
      return isExact(namespace) ? ['namespace_id'] : []
    },
  },
  // https://kubernetes.io/docs/concepts/security/service-accounts/: names are the cluster's to give, and are given again
  // when a workload is installed anew, so no uid is pinned. Its tokens are files that all programs of a pod read.
  kubernetes: {
    once: false,
    paths: {
      namespace: '/kubernetes.io/namespace',
      serviceaccount: '/kubernetes.io/serviceaccount/name',
      serviceaccount_uid: '/kubernetes.io/serviceaccount/uid',
      pod: '/kubernetes.io/pod/name',
    },
    identities: ['namespace', 'serviceaccount', 'serviceaccount_uid', 'sub'],
    namesSomebody: (claims) =>
      (isExact(claims['namespace']) && isExact(claims['serviceaccount'])) ||
      /^system:serviceaccount:[^:*]+:[^:*]+$/.test(claims['sub'] ?? ''),
    needed: 'namespace and serviceaccount, both exactly',
    idsToPin: () => [],
  },
  oidc: {
    once: false,
    paths: {},
    identities: ['sub'],
    namesSomebody: (claims) => Object.entries(claims).some(([name, text]) => isExact(text) && !aboutToken.has(name)),
    needed: 'at least one claim exactly, such as sub',
    idsToPin: () => [],
  },
}

/** These say for what or whom a token is, not whose it is. */
const aboutToken = new Set(['iss', 'aud', 'azp', 'typ', 'nonce', 'acr', 'amr'])

function isExact(text: string | undefined): boolean {
  return text !== undefined && !text.endsWith('*')
}
