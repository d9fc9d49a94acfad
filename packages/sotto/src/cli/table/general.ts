/** Commands of the audit log and of the program itself. */
import type { CommandSpec, OptionSpec } from '../command.ts'

const timeRange: readonly OptionSpec[] = [
  { name: 'after', kind: 'time', value: 'TIME', help: 'From then on: a date, an RFC 3339 time, or an age: 24h, 7d' },
  { name: 'before', kind: 'time', value: 'TIME', help: 'Up to then' },
]

export const auditCommands: readonly CommandSpec[] = [
  {
    path: ['audit', 'list'],
    summary: 'List who read and changed what, latest first',
    examples: [
      { line: 'sotto audit list --object "secret mlflow_secret"', about: 'everything about one secret' },
      { line: 'sotto audit list --operation resolveSecrets --after 24h --json', about: 'every read of the last day' },
    ],
    options: [
      { name: 'principal', kind: 'text', value: 'NAME', help: 'Who did it' },
      { name: 'operation', kind: 'text', value: 'NAME', help: 'What was done: resolveSecrets, updateSecret, …' },
      { name: 'outcome', kind: 'text', choices: ['done', 'refused'], help: 'Whether it was let through' },
      { name: 'object', kind: 'text', value: 'OBJECT', help: 'To what: "secret NAME", "stack NAME"' },
      ...timeRange,
      { name: 'limit', kind: 'integer', value: 'N', help: 'At most so many; 100 without it' },
    ],
    load: async () => (await import('../audit/list.ts')).listAudit,
  },
  {
    path: ['audit', 'verify'],
    summary: 'Check that nobody changed the log',
    examples: [
      { line: 'sotto audit verify', about: 'consistent in itself; prints a checkpoint to keep elsewhere' },
      { line: 'sotto audit verify --fingerprint SHA256:… --checkpoint 1:345:9f2c…', about: 'authenticated' },
    ],
    details: [
      'Without the fingerprint of the signing key or a checkpoint kept elsewhere the log can only be found consistent: somebody who replaced all of it would not show.',
    ],
    options: [
      { name: 'fingerprint', kind: 'text', value: 'TEXT', help: 'The fingerprint you noted' },
      { name: 'checkpoint', kind: 'text', value: 'EPOCH:SEQUENCE:HEAD', help: 'A checkpoint you kept' },
    ],
    load: async () => (await import('../audit/verify.ts')).verifyAudit,
  },
]

export const doctorCommands: readonly CommandSpec[] = [
  {
    path: ['doctor'],
    summary: 'Look for problems: settings and where they come from, store, key, audit log, terminal',
    examples: [
      { line: 'sotto doctor', about: 'ends with 1 when something is wrong' },
      { line: 'sotto doctor --json', about: 'for a program' },
    ],
    load: async () => (await import('../doctor/doctor.ts')).doctor,
  },
]

export const completionCommands: readonly CommandSpec[] = [
  {
    path: ['completion'],
    summary: 'Print the script that lets your shell complete words',
    examples: [
      { line: 'sotto completion bash > ~/.local/share/bash-completion/completions/sotto', about: 'bash' },
      {
        line: 'sotto completion zsh > "${fpath[1]}/_sotto"',
        about: 'zsh; fish: ~/.config/fish/completions/sotto.fish',
      },
    ],
    arguments: [{ name: 'SHELL', help: 'bash, zsh or fish', completes: 'shell' }],
    outputs: ['value'],
    load: async () => (await import('../completion/script.ts')).printScript,
  },
  {
    path: ['__complete'],
    hidden: true,
    summary: 'Print words that may follow, for the scripts of sotto completion',
    examples: [
      { line: 'sotto __complete -- secret get ""', about: 'names of secrets' },
      { line: 'sotto __complete -- sec', about: 'commands' },
    ],
    trailing: { name: 'WORDS', help: 'The words so far, the one to complete last' },
    outputs: ['value'],
    load: async () => (await import('../completion/complete.ts')).printCandidates,
  },
]

export const helpCommands: readonly CommandSpec[] = [
  {
    path: ['help'],
    summary: 'Help on a command, or on a topic: exit-codes, references, environment, names',
    examples: [
      { line: 'sotto help references', about: 'how {{secret.key}} is written' },
      { line: 'sotto help secret create', about: 'the same as sotto secret create --help' },
    ],
    arguments: [
      { name: 'TOPIC', help: 'A topic, or words of a command', optional: true, many: true, completes: 'topic' },
    ],
    outputs: ['value'],
    load: async () => (await import('../help/help.ts')).help,
  },
]
