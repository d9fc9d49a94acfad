/** Commands of secrets. */
import type { ArgumentSpec, AttributesSpec, CommandSpec, OptionSpec } from '../command.ts'
import { importFormats } from '../import/format-names.ts'
import { labelOption, scopeOfNew, scopeOption, valueForms, valueOptions } from './secret-options.ts'

const existing: ArgumentSpec = { name: 'NAME', help: 'Name or id of the secret', completes: 'secret' }
const keys: AttributesSpec = { reserved: 'secret', shown: '--KEY=VALUE', help: 'A key and its value', completes: 'key' }
const versionOption: OptionSpec = {
  name: 'version',
  kind: 'integer',
  value: 'N',
  help: 'An older version instead of the newest',
}

const create: CommandSpec = {
  path: ['secret', 'create'],
  summary: 'Create a secret',
  examples: [
    {
      line: 'sotto secret create mlflow_secret --username=admin --password=@password.txt',
      about: 'two keys, one read from a file',
    },
    {
      line: `sotto secret create mlflow_secret --values='{"username":"admin","port":"00123"}'`,
      about: 'keys from JSON or YAML',
    },
    { line: 'sotto secret create mlflow_secret -i', about: 'asks for keys and values' },
    {
      line: 'sotto secret create api_key --key=@random:40 --expires 90d',
      about: 'a value that is made up and never shown; refused after 90 days',
    },
    {
      line: 'sotto secret create mlflow_secret --scope workspace --plain username --username=admin',
      about: 'shared; the name is no secret',
    },
  ],
  details: valueForms,
  arguments: [{ name: 'NAME', help: 'Name of the new secret' }],
  attributes: keys,
  options: [scopeOfNew, ...valueOptions],
  load: async () => (await import('../secret/create.ts')).createSecret,
}

const set: CommandSpec = {
  ...create,
  path: ['secret', 'set'],
  summary: 'Create a secret, or merge keys into it; nothing happens when nothing changes',
  examples: [
    { line: 'sotto secret set mlflow_secret --password=@password.txt', about: 'the other keys stay' },
    {
      line: 'vault kv get -format=json app | jq .data.data | sotto secret set app --values=@-',
      about: 'keys from another program',
    },
  ],
  arguments: [{ name: 'NAME', help: 'Name of the secret', completes: 'secret' }],
  load: async () => (await import('../secret/set.ts')).setSecret,
}

const get: CommandSpec = {
  path: ['secret', 'get'],
  summary: 'Show one value, or all keys of a secret with their values masked',
  examples: [
    { line: 'sotto secret get mlflow_secret password', about: 'the value; a pipe gets it without a line break' },
    { line: 'sotto secret get mlflow_secret --reveal -o json', about: 'all values' },
    { line: 'sotto secret get mlflow_secret', about: 'the keys; values stay masked and unread' },
  ],
  arguments: [existing, { name: 'KEY', help: 'One key: its value is shown', optional: true, completes: 'key' }],
  options: [{ name: 'reveal', kind: 'flag', help: 'Show all values' }, versionOption, scopeOption],
  outputs: ['table', 'json', 'yaml', 'env', 'value'],
  load: async () => (await import('../secret/get.ts')).getSecret,
}

const list: CommandSpec = {
  path: ['secret', 'list'],
  summary: 'List secrets, without values',
  examples: [
    { line: 'sotto secret list', about: 'all that you may see' },
    {
      line: `sotto secret list --name 'mlflow*' --key password --sort -updated`,
      about: 'a prefix, with a key, latest first',
    },
  ],
  options: [
    {
      name: 'name',
      kind: 'text',
      value: `N|'P*'`,
      help: 'Exactly this name, or a prefix that ends in *',
      completes: 'secret',
    },
    { name: 'contains', kind: 'text', value: 'TEXT', help: 'Names with this text in them' },
    scopeOption,
    { name: 'key', kind: 'text', value: 'KEY', help: 'Secrets that have this key' },
    { ...labelOption, help: 'Secrets with this label; may be repeated' },
    { name: 'created-after', kind: 'time', value: 'TIME', help: 'A date, an RFC 3339 time, or an age: 24h, 7d' },
    { name: 'created-before', kind: 'time', value: 'TIME', help: 'The same' },
    { name: 'updated-after', kind: 'time', value: 'TIME', help: 'The same' },
    { name: 'updated-before', kind: 'time', value: 'TIME', help: 'The same' },
    {
      name: 'sort',
      kind: 'text',
      value: 'BY',
      choices: ['name', '-name', 'created', '-created', 'updated', '-updated'],
      help: 'name, created or updated; - in front turns it round',
    },
    { name: 'deleted', kind: 'flag', help: 'Deleted secrets, which can be brought back for 30 days' },
    { name: 'limit', kind: 'integer', value: 'N', help: 'At most so many' },
  ],
  load: async () => (await import('../secret/list.ts')).listSecrets,
}

const update: CommandSpec = {
  path: ['secret', 'update'],
  summary: 'Change keys of a secret; the other keys stay',
  examples: [
    { line: 'sotto secret update mlflow_secret --password=@password.txt', about: 'writes one key' },
    { line: 'sotto secret update mlflow_secret --remove token', about: 'removes one' },
    {
      line: `sotto secret update mlflow_secret --values='{"token":null,"password":"x"}' --expect-version 3`,
      about: 'both, unless somebody was quicker',
    },
  ],
  details: valueForms,
  arguments: [existing],
  attributes: keys,
  options: [
    { name: 'remove', kind: 'list', value: 'KEY', help: 'Remove this key; may be repeated', completes: 'key' },
    { name: 'replace', kind: 'flag', help: 'Keep only the keys given here' },
    { name: 'expect-version', kind: 'integer', value: 'N', help: 'Refuse unless this is the newest version' },
    ...valueOptions,
    scopeOption,
  ],
  load: async () => (await import('../secret/update.ts')).updateSecret,
}

const rename: CommandSpec = {
  path: ['secret', 'rename'],
  summary: 'Give a secret another name; what refers to the old one is shown first',
  examples: [
    { line: 'sotto secret rename mlflow_secret mlflow', about: 'asks when something uses it' },
    { line: 'sotto secret rename mlflow_secret mlflow --yes', about: 'does not ask' },
  ],
  arguments: [existing, { name: 'NEW', help: 'The new name' }],
  options: [scopeOption],
  load: async () => (await import('../secret/rename.ts')).renameSecret,
}

const share: CommandSpec = {
  path: ['secret', 'share'],
  summary: 'Move a secret of your own into the workspace, for all who may read its name there',
  examples: [
    { line: 'sotto secret share mlflow_secret', about: 'the same secret, with all its versions' },
    { line: 'sotto access who-can read secret:mlflow_secret', about: 'who reads it then' },
  ],
  details: [
    'Only its owner can, with the right to write that name in the workspace, where the name must be free. Older versions become readable too: where they must not, create it anew with --scope workspace.',
  ],
  arguments: [existing],
  load: async () => (await import('../secret/share.ts')).shareSecret,
}

const unshare: CommandSpec = {
  path: ['secret', 'unshare'],
  summary: 'Take a secret that you shared back into your own scope',
  examples: [
    { line: 'sotto secret unshare mlflow_secret', about: 'asks when something uses it' },
    { line: 'sotto secret unshare mlflow_secret --yes', about: 'does not ask' },
  ],
  details: [
    'Only its owner can, with the rights to read and to write it; you must have no other secret of that name. What others have read by then they may have kept.',
  ],
  arguments: [existing],
  load: async () => (await import('../secret/unshare.ts')).unshareSecret,
}

const remove: CommandSpec = {
  path: ['secret', 'delete'],
  summary: 'Delete a secret; what uses it is shown first; for 30 days undelete brings it back',
  examples: [
    { line: 'sotto secret delete mlflow_secret', about: 'asks first' },
    { line: 'sotto secret delete mlflow_secret --yes', about: 'also where something uses it' },
  ],
  arguments: [existing],
  options: [scopeOption],
  load: async () => (await import('../secret/delete.ts')).deleteSecret,
}

const rollback: CommandSpec = {
  path: ['secret', 'rollback'],
  summary: 'Make the values of an older version the newest version',
  examples: [
    { line: 'sotto secret rollback mlflow_secret 3', about: 'what version 3 had, as a new version' },
    { line: 'sotto secret rollback mlflow_secret 3 --expect-version 5', about: 'unless somebody was quicker' },
  ],
  arguments: [existing, { name: 'VERSION', help: 'Number of the older version' }],
  options: [
    { name: 'expect-version', kind: 'integer', value: 'N', help: 'Refuse unless this is the newest version' },
    scopeOption,
  ],
  load: async () => (await import('../secret/rollback.ts')).rollbackSecret,
}

const diff: CommandSpec = {
  path: ['secret', 'diff'],
  summary: 'Compare two versions, or two secrets, by names of keys; no value is shown',
  examples: [
    { line: 'sotto secret diff mlflow_secret@3 mlflow_secret@5', about: 'two versions' },
    { line: 'sotto secret diff mlflow_secret', about: 'the last change' },
    { line: 'sotto secret diff crm_staging crm_prod', about: 'two secrets' },
  ],
  details: [
    'It opens the values of keys that both have, so it needs the right to read both, and the audit log tells of it.',
  ],
  arguments: [
    { name: 'A', help: 'NAME or NAME@VERSION; without B it is compared with the newest version', completes: 'secret' },
    { name: 'B', help: 'NAME or NAME@VERSION', optional: true, completes: 'secret' },
  ],
  options: [
    scopeOption,
    {
      name: 'with-scope',
      kind: 'text',
      value: 'SCOPE',
      choices: ['user', 'workspace'],
      help: 'The scope of B, where it is another one',
    },
  ],
  load: async () => (await import('../secret/diff.ts')).diffSecrets,
}

const undelete: CommandSpec = {
  path: ['secret', 'undelete'],
  summary: 'Bring back a deleted secret with all its versions',
  examples: [
    { line: 'sotto secret undelete mlflow_secret', about: 'the one of that name that was deleted last' },
    { line: 'sotto secret undelete mlflow_secret --as mlflow_old', about: 'where the name is taken by now' },
  ],
  arguments: [{ name: 'NAME', help: 'Name or id of the deleted secret: sotto secret list --deleted' }],
  options: [{ name: 'as', kind: 'text', value: 'NEW', help: 'Another name' }, scopeOption],
  load: async () => (await import('../secret/undelete.ts')).undeleteSecret,
}

const purge: CommandSpec = {
  path: ['secret', 'purge'],
  summary: 'Remove deleted secrets for good, before their 30 days are over',
  examples: [
    { line: 'sotto secret purge mlflow_secret', about: 'every deleted secret of that name; asks first' },
    { line: 'sotto secret purge mlflow_secret --yes', about: 'does not ask' },
  ],
  details: [
    'Versions and sealed values are removed and overwritten in the store. Which runs have read them stays told, by name and version. Backups that were made before still hold them.',
  ],
  arguments: [{ name: 'NAME', help: 'Name or id: sotto secret list --deleted' }],
  options: [scopeOption],
  load: async () => (await import('../secret/purge.ts')).purgeSecrets,
}

const exportValues: CommandSpec = {
  path: ['secret', 'export'],
  summary: 'Write all values for another program, or for sotto secret import',
  examples: [
    { line: 'sotto secret export mlflow_secret --file .env', about: 'a file that only you may read' },
    { line: 'sotto secret export mlflow_secret -o json | jq -r .password', about: 'JSON' },
    { line: 'sotto secret export --all -o yaml --file all.yaml', about: 'every secret' },
  ],
  details: [
    'sotto secret import reads every format back to the same bytes. -o env is for the shell (set -a; . FILE), -o dotenv for readers of .env files. Several secrets go into one JSON or YAML.',
  ],
  arguments: [{ ...existing, optional: true, many: true }],
  options: [
    { name: 'all', kind: 'flag', help: 'Every secret that you may read' },
    {
      name: 'file',
      kind: 'text',
      value: 'FILE',
      help: 'Write to this new file instead of standard output',
      completes: 'file',
    },
    versionOption,
    scopeOption,
  ],
  outputs: ['env', 'dotenv', 'json', 'yaml'],
  load: async () => (await import('../secret/export.ts')).exportSecrets,
}

const importValues: CommandSpec = {
  path: ['secret', 'import'],
  summary: 'Create or merge secrets from a file: .env, JSON, YAML, or the export of another store',
  examples: [
    { line: 'sotto secret import .env app', about: 'the variables of the file as keys of one secret' },
    {
      line: 'sotto secret import all.yaml --dry-run',
      about: 'many secrets, {secret: {key: value}}; only shows what would change',
    },
    { line: 'vault kv get -format=json kv/app | sotto secret import - app', about: 'from another store' },
  ],
  details: [
    'What the file holds shows by its content; --from says it where it does not. From other stores it reads vault kv get -format=json, kubectl get secret -o yaml (or json), aws secretsmanager get-secret-value, infisical export --format=json, doppler secrets --json, op item get --format json, and zenml secret export (YAML).',
    'All is written in one transaction, or nothing. Keys that are in the secret and not in the file stay.',
  ],
  arguments: [
    { name: 'FILE', help: 'The file; - is standard input', completes: 'file' },
    { name: 'NAME', help: 'Name of the secret, where the file holds one', optional: true, completes: 'secret' },
  ],
  options: [
    { name: 'from', kind: 'text', value: 'FORMAT', choices: [...importFormats], help: 'What the file holds' },
    { name: 'dry-run', kind: 'flag', help: 'Show what would change, and write nothing' },
    {
      name: 'on-conflict',
      kind: 'text',
      value: 'HOW',
      choices: ['fail', 'skip', 'update'],
      help: 'Keys that are there with another value: fail (default, asks on a terminal), skip, update',
    },
    scopeOfNew,
  ],
  load: async () => (await import('../secret/import.ts')).importSecrets,
}

const describe: CommandSpec = {
  path: ['secret', 'describe'],
  summary: 'Show what is known of a secret, and what uses it, without reading a value',
  examples: [
    { line: 'sotto secret describe mlflow_secret', about: 'keys, owner, times, uses' },
    { line: 'sotto secret describe mlflow_secret --json', about: 'for a program' },
  ],
  arguments: [existing],
  options: [scopeOption],
  load: async () => (await import('../secret/describe.ts')).describeSecret,
}

const history: CommandSpec = {
  path: ['secret', 'history'],
  summary: 'Show the versions of a secret: who changed which keys',
  examples: [
    { line: 'sotto secret history mlflow_secret', about: '+ added, ~ changed, - removed' },
    { line: 'sotto secret get mlflow_secret password --version 1', about: 'a value of an older one' },
  ],
  arguments: [existing],
  options: [scopeOption],
  load: async () => (await import('../secret/history.ts')).showHistory,
}

export const secretCommands: readonly CommandSpec[] = [
  create,
  set,
  list,
  get,
  update,
  rename,
  share,
  unshare,
  rollback,
  diff,
  remove,
  undelete,
  purge,
  exportValues,
  importValues,
  describe,
  history,
]
