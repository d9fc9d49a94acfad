/** Commands of service accounts, tokens, grants and the questions about them. */
import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts'
import { descriptionOption, labelOption } from './secret-options.ts'

const account: ArgumentSpec = { name: 'NAME', help: 'Name or id of the service account' }
const right: ArgumentSpec = { name: 'RIGHT', help: 'describe, read, write, delete or manage' }
const object: ArgumentSpec = { name: 'KIND:NAME', help: 'What it is about, as secret:crm; whether it is there or not' }
const granted: ArgumentSpec = {
  name: 'ROLE|RIGHT',
  help: 'viewer, runner, editor, admin; or describe, read, write, delete, manage',
}
const everywhere: OptionSpec = {
  name: 'everywhere',
  kind: 'flag',
  help: 'In every workspace, and on users, keys, backups and the audit, which belong to none',
}
const on: OptionSpec = {
  name: 'on',
  kind: 'text',
  value: 'KIND[:NAME]',
  help: 'On what alone: secret, secret:crm, secret:prod-*',
}

export const serviceAccountCommands: readonly CommandSpec[] = [
  {
    path: ['service-account', 'create'],
    summary: 'Make a service account, by which a program is known',
    examples: [
      { line: 'sotto service-account create nightly', about: 'it has no rights yet' },
      {
        line: 'sotto service-account create ci --description "builds" --label team=risk',
        about: 'said what it is for',
      },
    ],
    arguments: [{ ...account, help: 'Its name: a-z 0-9 _ . @ + -' }],
    options: [descriptionOption, labelOption],
    load: async () => (await import('../service-account/create.ts')).createServiceAccount,
  },
  {
    path: ['service-account', 'list'],
    summary: 'List the service accounts of the workspace',
    examples: [
      { line: 'sotto service-account list', about: 'those that you may see' },
      { line: 'sotto service-account list --json', about: 'for a program' },
    ],
    load: async () => (await import('../service-account/list.ts')).listServiceAccounts,
  },
  {
    path: ['service-account', 'disable'],
    summary: 'Make all tokens of a service account void, until it is enabled',
    examples: [
      { line: 'sotto service-account disable nightly', about: 'from the next call on' },
      { line: 'sotto service-account disable nightly --json', about: 'for a program' },
    ],
    arguments: [account],
    load: async () => (await import('../service-account/switch.ts')).disableServiceAccount,
  },
  {
    path: ['service-account', 'enable'],
    summary: 'Let a disabled service account act again',
    examples: [
      { line: 'sotto service-account enable nightly', about: 'its tokens are good again' },
      { line: 'sotto service-account enable nightly --json', about: 'for a program' },
    ],
    arguments: [account],
    load: async () => (await import('../service-account/switch.ts')).enableServiceAccount,
  },
  {
    path: ['service-account', 'delete'],
    summary: 'Delete a service account and revoke its tokens',
    examples: [
      { line: 'sotto service-account delete nightly', about: 'asks; what it wrote stays' },
      { line: 'sotto service-account delete nightly --yes', about: 'does not ask' },
    ],
    arguments: [account],
    load: async () => (await import('../service-account/delete.ts')).deleteServiceAccount,
  },
]

export const tokenCommands: readonly CommandSpec[] = [
  {
    path: ['token', 'create'],
    summary: 'Make a token for a program; shown once',
    examples: [
      { line: 'sotto token create --for nightly', about: 'of a service account that you manage' },
      { line: 'sotto token create laptop --ttl 30d', about: 'your own, for 30 days' },
    ],
    details: ['Who has a token acts as its principal, with the rights that the principal has by then.'],
    arguments: [{ name: 'NAME', help: 'To tell it from others by; the date without it', optional: true }],
    options: [
      { name: 'for', kind: 'text', value: 'PRINCIPAL', help: 'A service account; yourself without it' },
      {
        name: 'ttl',
        kind: 'text',
        value: 'TIME',
        help: 'How long it is good, as 30d, or until when; 90 days without it',
      },
      { name: 'this-workspace', kind: 'flag', help: 'Good in this workspace alone, as those of service accounts are' },
    ],
    outputs: ['value', 'json'],
    load: async () => (await import('../token/create.ts')).createToken,
  },
  {
    path: ['token', 'list'],
    summary: 'List tokens, without their texts, which nobody has but their holders',
    examples: [
      { line: 'sotto token list', about: 'your own that are good' },
      { line: 'sotto token list --for nightly --all', about: 'of a service account, void ones too' },
    ],
    options: [
      { name: 'for', kind: 'text', value: 'PRINCIPAL', help: 'Whose; your own without it' },
      { name: 'all', kind: 'flag', help: 'Revoked and expired ones too' },
    ],
    load: async () => (await import('../token/list.ts')).listTokens,
  },
  {
    path: ['token', 'revoke'],
    summary: 'Make a token void, with those that were made with it',
    examples: [
      { line: 'sotto token revoke 01976f1c-0000-7000-8000-000000000001', about: 'from the next call on' },
      { line: 'sotto token revoke 01976f1c-0000-7000-8000-000000000001 --json', about: 'for a program' },
    ],
    arguments: [{ name: 'ID', help: 'Its id, as sotto token list shows it' }],
    load: async () => (await import('../token/revoke.ts')).revokeToken,
  },
]

export const grantCommands: readonly CommandSpec[] = [
  {
    path: ['grant', 'add'],
    summary: 'Grant a role or a right',
    examples: [
      { line: 'sotto grant add runner --to nightly', about: 'runs pipelines, which reads secrets' },
      { line: "sotto grant add read --to nightly --on 'secret:prod-*'", about: 'one right, on names that begin so' },
      { line: 'sotto grant add describe --to auditor --on audit --everywhere', about: 'reads the audit' },
    ],
    details: [
      'viewer sees what there is, and no value. runner also reads secrets and runs pipelines. editor also changes and deletes secrets, components and stacks. admin also renames, and grants rights and manages service accounts.',
      'There is no deny: who has two grants has both. Nobody grants what he does not have, nor what he does not manage.',
      'What is in somebody’s own scope stays his alone, whatever is granted.',
    ],
    arguments: [granted],
    options: [{ name: 'to', kind: 'text', value: 'PRINCIPAL', help: 'To whom' }, on, everywhere],
    load: async () => (await import('../grant/add.ts')).addGrant,
  },
  {
    path: ['grant', 'remove'],
    summary: 'Take a role or a right back, as it was granted',
    examples: [
      { line: 'sotto grant remove runner --from nightly', about: 'acts on the next call' },
      { line: "sotto grant remove read --from nightly --on 'secret:prod-*'", about: 'written as it was granted' },
    ],
    arguments: [granted],
    options: [{ name: 'from', kind: 'text', value: 'PRINCIPAL', help: 'From whom' }, on, everywhere],
    load: async () => (await import('../grant/remove.ts')).removeGrant,
  },
  {
    path: ['grant', 'list'],
    summary: 'List grants: your own, and all to who manages principals',
    examples: [
      { line: 'sotto grant list', about: 'in this workspace, and those everywhere' },
      { line: 'sotto grant list --of nightly', about: 'of one principal' },
    ],
    options: [{ name: 'of', kind: 'text', value: 'PRINCIPAL', help: 'Whose' }],
    load: async () => (await import('../grant/list.ts')).listGrants,
  },
]

export const workspaceCommands: readonly CommandSpec[] = [
  {
    path: ['workspace', 'create'],
    summary: 'Make a workspace, with secrets, stacks and grants of its own',
    examples: [
      { line: 'sotto workspace create risk', about: 'with a stack default' },
      { line: 'sotto workspace create risk --json', about: 'for a program' },
    ],
    details: ['--workspace NAME or SOTTO_WORKSPACE says in which one a command works; default without either.'],
    arguments: [{ name: 'NAME', help: 'Name of the new workspace' }],
    load: async () => (await import('../workspace/create.ts')).createWorkspace,
  },
  {
    path: ['workspace', 'list'],
    summary: 'List the workspaces in which you have a right',
    examples: [
      { line: 'sotto workspace list', about: 'others are not told of' },
      { line: 'sotto workspace list --json', about: 'for a program' },
    ],
    load: async () => (await import('../workspace/list.ts')).listWorkspaces,
  },
]

export const accessCommands: readonly CommandSpec[] = [
  {
    path: ['access', 'why'],
    summary: 'Say whether somebody has a right, and which grant gives it',
    examples: [
      { line: 'sotto access why nightly read secret:crm', about: 'yes or no, and because of what' },
      { line: 'sotto access why nightly write stack:prod --json', about: 'for a program' },
    ],
    arguments: [{ name: 'PRINCIPAL', help: 'Name or id of a user or service account' }, right, object],
    load: async () => (await import('../access/why.ts')).accessWhy,
  },
  {
    path: ['access', 'who-can'],
    summary: 'List who has a right, and which grant gives it',
    examples: [
      { line: 'sotto access who-can read secret:crm', about: 'takes the right to manage it' },
      { line: 'sotto access who-can manage secret:crm --json', about: 'for a program' },
    ],
    arguments: [right, object],
    load: async () => (await import('../access/who-can.ts')).accessWhoCan,
  },
]
