/** Commands of trusts. */
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts'

/** Options for the claims that are asked for most. */
export const claimOptions: readonly { readonly option: string; readonly claim: string; readonly help: string }[] = [
  { option: 'repository', claim: 'repository', help: 'GitHub: the repository, OWNER/NAME or OWNER/*' },
  { option: 'repository-id', claim: 'repository_id', help: 'GitHub: its number, which no other will ever have' },
  { option: 'environment', claim: 'environment', help: 'GitHub, GitLab: the environment that the job deploys to' },
  { option: 'ref', claim: 'ref', help: 'GitHub, GitLab: the branch or tag, as refs/heads/main' },
  { option: 'project', claim: 'project_path', help: 'GitLab: the project, GROUP/NAME or GROUP/*' },
  { option: 'namespace', claim: 'namespace', help: 'Kubernetes: the namespace of the pod' },
  { option: 'serviceaccount', claim: 'serviceaccount', help: 'Kubernetes: the service account of the pod' },
]

const name: ArgumentSpec = { name: 'NAME', help: 'Name of the trust' }
const forAccount: OptionSpec = {
  name: 'for',
  kind: 'text',
  value: 'SERVICE_ACCOUNT',
  help: 'The service account that it signs in',
}

export const trustCommands: readonly CommandSpec[] = [
  {
    path: ['trust', 'create'],
    summary: 'Let jobs of a CI service, or pods of a cluster, sign in as a service account',
    examples: [
      {
        line: 'sotto trust create github churn --for ci --repository acme/churn --environment prod',
        about: 'jobs of one repository that deploy to prod',
      },
      {
        line: 'sotto trust create kubernetes train --for trainer --issuer https://kubernetes.default.svc --namespace ml --serviceaccount train --key-set keys.json',
        about: 'pods of one service account, with the keys of the cluster in a file',
      },
    ],
    details: [
      'No secret is given to the job: its runner vouches for it by a token that ends within minutes, and Sotto gives it one of its own for at most an hour. In the job set SOTTO_URL and SOTTO_AUTH.',
      'A claim must be exactly the text, or begin with it where it ends in *. A trust that would let in others than somebody is refused. When a trust of a repository is used first, the ids of repository and owner are kept with it, so that a name that is given up is worth nothing to who takes it next.',
    ],
    arguments: [{ name: 'KIND', help: 'github, gitlab, kubernetes, or oidc for any other issuer' }, name],
    options: [
      forAccount,
      ...claimOptions.map(({ option, help }): OptionSpec => ({ name: option, kind: 'text', value: 'TEXT', help })),
      { name: 'claim', kind: 'list', value: 'NAME=TEXT', help: 'Any claim of the token; may be given several times' },
      {
        name: 'issuer',
        kind: 'text',
        value: 'URL',
        help: 'Who signs the tokens; that of github.com or gitlab.com without it',
      },
      {
        name: 'audience',
        kind: 'text',
        value: 'TEXT',
        help: 'What the tokens are for; the address of the server without it',
      },
      {
        name: 'key-set',
        kind: 'text',
        value: 'FILE',
        help: 'The keys of an issuer that the server cannot reach',
        completes: 'file',
      },
      { name: 'once', kind: 'flag', help: 'Take each token once; so it is for github' },
      { name: 'many', kind: 'flag', help: 'Take a token as often as it comes, until it ends' },
      { name: 'lifetime', kind: 'integer', value: 'SECONDS', help: 'How long what it gives is good: 60 to 3600' },
    ],
    load: async () => (await import('../trust/create.ts')).createTrust,
  },
  {
    path: ['trust', 'list'],
    summary: 'List the trusts of the workspace',
    examples: [
      { line: 'sotto trust list', about: 'all that you may see' },
      { line: 'sotto trust list --for ci --json', about: 'of one service account, for a program' },
    ],
    options: [forAccount],
    load: async () => (await import('../trust/list.ts')).listTrusts,
  },
  {
    path: ['trust', 'delete'],
    summary: 'Take a trust away, with the tokens that it gave',
    examples: [
      { line: 'sotto trust delete churn', about: 'asks before' },
      { line: 'sotto trust delete churn --yes', about: 'without a question' },
    ],
    arguments: [name],
    load: async () => (await import('../trust/delete.ts')).deleteTrust,
  },
]
