/** Commands of stacks. */
import type { ArgumentSpec, AttributesSpec, CommandSpec, OptionSpec } from '../command.ts'
import { descriptionOption, labelOption, scopeOfNew } from './secret-options.ts'

const existing: ArgumentSpec = { name: 'STACK', help: 'Name or id of the stack', completes: 'stack' }
const orActive: ArgumentSpec = {
  ...existing,
  help: 'Name or id of the stack; the active one without it',
  optional: true,
}
const components: AttributesSpec = {
  reserved: 'component',
  shown: '--TYPE=COMPONENT',
  help: 'A component for the stack: --experiment-tracker=mlflow',
  completes: 'component',
}

export const levelOption: OptionSpec = {
  name: 'level',
  kind: 'text',
  value: 'LEVEL',
  help: 'How far references are checked: SECRET_AND_KEY_EXISTS (default), SECRET_EXISTS, NONE',
}

const register: CommandSpec = {
  path: ['stack', 'register'],
  summary: 'Put components together',
  examples: [
    {
      line: 'sotto stack register prod --from default --experiment-tracker=mlflow',
      about: 'the components of default, and a tracker',
    },
    { line: 'sotto stack register local --orchestrator=default --artifact-store=default', about: 'from nothing' },
  ],
  arguments: [{ name: 'NAME', help: 'Name of the new stack' }],
  attributes: components,
  options: [
    {
      name: 'from',
      kind: 'text',
      value: 'STACK',
      help: 'Take components and settings of this stack first',
      completes: 'stack',
    },
    descriptionOption,
    labelOption,
  ],
  load: async () => (await import('../stack/register.ts')).registerStack,
}

const update: CommandSpec = {
  path: ['stack', 'update'],
  summary: 'Change components of a stack; the others stay',
  examples: [
    { line: 'sotto stack update prod --artifact-store=s3', about: 'another one in its place' },
    { line: 'sotto stack update prod --experiment-tracker=', about: 'none any more' },
  ],
  arguments: [existing],
  attributes: components,
  options: [descriptionOption, labelOption],
  load: async () => (await import('../stack/update.ts')).updateStack,
}

const reading: readonly CommandSpec[] = [
  {
    path: ['stack', 'set'],
    summary: 'Make a stack the active one',
    examples: [
      { line: 'sotto stack set prod', about: 'what runs and checks take from now on' },
      { line: 'sotto stack set default', about: 'back to the first one' },
    ],
    arguments: [existing],
    load: async () => (await import('../stack/set.ts')).setStack,
  },
  {
    path: ['stack', 'active'],
    summary: 'Show the active stack',
    examples: [
      { line: 'sotto stack active', about: 'its name' },
      { line: 'sotto stack active --json', about: 'all of it' },
    ],
    outputs: ['value', 'json', 'yaml', 'table'],
    load: async () => (await import('../stack/active.ts')).activeStack,
  },
  {
    path: ['stack', 'describe'],
    summary: 'Show components and settings of a stack',
    examples: [
      { line: 'sotto stack describe', about: 'the active one' },
      { line: 'sotto stack describe prod --json', about: 'for a program' },
    ],
    arguments: [orActive],
    load: async () => (await import('../stack/describe.ts')).describeStack,
  },
  {
    path: ['stack', 'list'],
    summary: 'List stacks',
    examples: [
      { line: 'sotto stack list', about: '* marks the active one' },
      { line: 'sotto stack list --json', about: 'for a program' },
    ],
    load: async () => (await import('../stack/list.ts')).listStacks,
  },
]

const naming: readonly CommandSpec[] = [
  {
    path: ['stack', 'copy'],
    summary: 'Register a copy under another name',
    examples: [
      { line: 'sotto stack copy prod staging', about: 'components and settings' },
      { line: 'sotto stack update staging --experiment-tracker=mlflow_staging', about: 'and what differs' },
    ],
    arguments: [existing, { name: 'NEW', help: 'Name of the copy' }],
    load: async () => (await import('../stack/copy.ts')).copyStack,
  },
  {
    path: ['stack', 'rename'],
    summary: 'Give a stack another name',
    examples: [
      { line: 'sotto stack rename prod production', about: 'by name' },
      { line: 'sotto stack rename 0198c0de-… production', about: 'by id' },
    ],
    arguments: [existing, { name: 'NEW', help: 'The new name' }],
    load: async () => (await import('../stack/rename.ts')).renameStack,
  },
  {
    path: ['stack', 'delete'],
    summary: 'Delete a stack; its components stay',
    examples: [
      { line: 'sotto stack delete staging', about: 'asks first' },
      { line: 'sotto stack delete staging --yes', about: 'does not ask' },
    ],
    arguments: [existing],
    load: async () => (await import('../stack/delete.ts')).deleteStack,
  },
]

const check: CommandSpec = {
  path: ['stack', 'check'],
  summary: 'Check that every reference of a stack can be resolved, without reading a value',
  examples: [
    { line: 'sotto stack check', about: 'the active one; ends with 7 when something is missing' },
    { line: 'sotto stack check prod --level SECRET_EXISTS', about: 'without looking for keys' },
    { line: 'sotto stack check prod --as nightly', about: 'whether a service account that you manage could run it' },
  ],
  arguments: [orActive],
  options: [
    levelOption,
    { name: 'as', kind: 'text', value: 'PRINCIPAL', help: 'The service account that would run it; you without it' },
  ],
  load: async () => (await import('../stack/check.ts')).checkStack,
}

const registerSecrets: CommandSpec = {
  path: ['stack', 'register-secrets'],
  summary: 'Register the secrets that a stack refers to and that are missing',
  examples: [
    { line: 'sotto stack register-secrets prod', about: 'asks for each value, without showing it' },
    { line: 'sotto stack register-secrets prod --values @secrets.yaml --skip-existing', about: 'without a terminal' },
    { line: 'sotto stack register-secrets --pipeline churn.ts', about: 'also what a pipeline needs' },
  ],
  details: [
    'On a terminal each value is asked for; it does not show, @FILE reads a file, and an empty answer skips it. Keys that exist are asked for too, and keep their value with an empty answer; --skip-existing leaves them out. All secrets are written at once, or none.',
    'The text of --values names each secret with its keys, as in {"mlflow_secret":{"username":"admin"}} or mlflow_secret.username: admin. With --from-env the value of key password of secret mlflow_secret is taken from MLFLOW_SECRET_PASSWORD.',
  ],
  arguments: [orActive],
  options: [
    {
      name: 'pipeline',
      kind: 'text',
      value: 'FILE',
      help: 'Also what the settings and steps of this pipeline name',
      completes: 'pipeline',
    },
    { name: 'skip-existing', kind: 'flag', help: 'Leave keys that exist as they are' },
    { name: 'values', kind: 'text', value: 'TEXT|@FILE|@-', help: 'The values as JSON or YAML', completes: 'file' },
    { name: 'from-env', kind: 'flag', help: 'Take the values from variables SECRET_KEY' },
    { ...scopeOfNew, help: 'The namespace of new secrets; asked for once without it' },
  ],
  load: async () => (await import('../stack/register-secrets.ts')).registerSecrets,
}

const settings: CommandSpec = {
  path: ['stack', 'settings', 'set'],
  summary: 'Write settings that override attributes of components for a stack',
  examples: [
    {
      line: 'sotto stack settings set prod --experiment-tracker.experiment_name=churn',
      about: 'an attribute of the tracker',
    },
    { line: 'sotto stack settings set prod --declared-secrets=required', about: 'a switch; null removes a setting' },
  ],
  arguments: [existing],
  attributes: { reserved: 'component', shown: '--TYPE.ATTRIBUTE=VALUE', help: 'A setting; a text may hold references' },
  load: async () => (await import('../stack/settings-set.ts')).setSettings,
}

const answering: readonly CommandSpec[] = [
  {
    path: ['stack', 'trust'],
    summary: 'Let secrets of your own scope resolve in a stack that others wrote, as it is now',
    examples: [
      { line: 'sotto stack trust prod', about: 'says who wrote what, and asks' },
      { line: 'sotto stack trust prod --yes', about: 'does not ask' },
    ],
    details: ['Who edits an address decides where a password goes. So any later edit by others asks again.'],
    arguments: [existing],
    load: async () => (await import('../stack/answer-for.ts')).trustStack,
  },
  {
    path: ['stack', 'adopt'],
    summary: 'Become the author of a stack and its components, where the check says not trusted',
    examples: [
      { line: 'sotto stack adopt prod', about: 'says who wrote what, and asks' },
      { line: 'sotto stack adopt prod --yes', about: 'does not ask' },
    ],
    details: [
      'A secret of the workspace resolves in a text only if its author may read the secret too. Adopting takes the right to write the stack and its components, and to read the secrets that they refer to.',
    ],
    arguments: [existing],
    load: async () => (await import('../stack/answer-for.ts')).adoptStack,
  },
]

export const stackCommands: readonly CommandSpec[] = [
  register,
  update,
  ...reading,
  ...naming,
  check,
  ...answering,
  registerSecrets,
  settings,
]
