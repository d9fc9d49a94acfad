/** Commands of the audit log. */
import type { CommandSpec, OptionSpec } from '../command.ts'

const filters: readonly OptionSpec[] = [
  { name: 'who', kind: 'text', value: 'NAME', help: 'Who did it: a principal, or a user of the operating system' },
  { name: 'what', kind: 'text', value: 'OPERATION', help: 'What was done: resolveSecrets, updateSecret, …' },
  { name: 'outcome', kind: 'text', choices: ['done', 'refused'], help: 'Whether it was let through' },
  { name: 'object', kind: 'text', value: 'OBJECT', help: 'To what: "secret NAME", "stack NAME"' },
  { name: 'run', kind: 'text', value: 'ID', help: 'A run, with all that its steps asked for' },
  { name: 'since', kind: 'time', value: 'TIME', help: 'From then on: a date, an RFC 3339 time, or an age: 24h, 7d' },
  { name: 'until', kind: 'time', value: 'TIME', help: 'Up to then' },
]

const list: CommandSpec = {
  path: ['audit', 'list'],
  summary: 'List who read and changed what, latest first',
  examples: [
    { line: 'sotto audit list --object "secret mlflow_secret"', about: 'everything about one secret' },
    { line: 'sotto audit list --what resolveSecrets --since 24h --json', about: 'every read of the last day' },
  ],
  options: [...filters, { name: 'limit', kind: 'integer', value: 'N', help: 'At most so many; 100 without it' }],
  load: async () => (await import('../audit/list.ts')).listAudit,
}

const tail: CommandSpec = {
  path: ['audit', 'tail'],
  summary: 'Print the latest events, an event a line, and go on with -f',
  examples: [
    { line: 'sotto audit tail -f', about: 'watch who reads and changes what' },
    { line: 'sotto audit tail -f --outcome refused -o json', about: 'refusals, as JSON lines' },
  ],
  options: [
    ...filters,
    { name: 'follow', short: 'f', kind: 'flag', help: 'Go on until Ctrl-C' },
    { name: 'lines', short: 'n', kind: 'integer', value: 'N', help: 'Begin with so many; 10 without it' },
  ],
  outputs: ['value', 'json'],
  load: async () => (await import('../audit/tail.ts')).tailAudit,
}

const exportCommand: CommandSpec = {
  path: ['audit', 'export'],
  summary: 'Write the log as JSON lines that can be verified without the store',
  examples: [
    { line: 'sotto audit export --file audit.jsonl', about: 'all of it, into a new file' },
    { line: 'sotto audit export --from 5000 | gzip > more.gz', about: 'what came since' },
  ],
  details: ['The lines hold no value. docs/formats/audit.md describes them; sotto audit verify --file checks them.'],
  options: [
    {
      name: 'file',
      kind: 'text',
      value: 'FILE',
      help: 'A new file, 0600; standard output without it',
      completes: 'file',
    },
    { name: 'from', kind: 'integer', value: 'N', help: 'Number of the first event; the oldest without it' },
  ],
  outputs: ['value'],
  load: async () => (await import('../audit/export.ts')).exportAudit,
}

const verify: CommandSpec = {
  path: ['audit', 'verify'],
  summary: 'Check that nobody changed the log',
  examples: [
    { line: 'sotto audit verify', about: 'consistent in itself; prints a checkpoint to keep elsewhere' },
    { line: 'sotto audit verify --fingerprint SHA256:… --checkpoint 1:345:9f2c…', about: 'authenticated' },
    { line: 'sotto audit verify --file audit.jsonl --fingerprint SHA256:…', about: 'an export; needs no store' },
  ],
  details: [
    'Without the fingerprint of the signing key or a checkpoint kept elsewhere the log can only be found consistent: somebody who replaced all of it would not show.',
    'A checkpoint may be a file: with its text, or with what sotto audit verify -o json printed.',
  ],
  options: [
    { name: 'fingerprint', kind: 'text', value: 'TEXT', help: 'The fingerprint you noted' },
    {
      name: 'checkpoint',
      kind: 'text',
      value: 'TEXT',
      help: 'EPOCH:SEQUENCE:HEAD, or a file with it',
      completes: 'file',
    },
    {
      name: 'file',
      kind: 'text',
      value: 'FILE',
      help: 'An export or a copy instead of the store; - reads standard input',
      completes: 'file',
    },
  ],
  load: async () => (await import('../audit/verify.ts')).verifyAudit,
}

const prune: CommandSpec = {
  path: ['audit', 'prune'],
  summary: 'Remove old events, leaving a signed place from which the chain goes on',
  examples: [
    {
      line: 'sotto audit prune --before 365d --export audit-2025.jsonl',
      about: 'keep a year; the rest is in the file',
    },
    { line: 'sotto audit prune --keep 100000 --discard --yes', about: 'without a copy' },
  ],
  details: [
    'The chain is verified first; one that was changed is left as it is. What the removed events said of rows is carried on, so that a row which is put back later still shows. A checkpoint before the place can no longer be compared: keep the export, or the new checkpoint.',
  ],
  options: [
    { name: 'before', kind: 'time', value: 'TIME', help: 'Events before then: a date, an RFC 3339 time, or an age' },
    { name: 'keep', kind: 'integer', value: 'N', help: 'All but the newest N' },
    {
      name: 'export',
      kind: 'text',
      value: 'FILE',
      help: 'Write the whole log into this new file first',
      completes: 'file',
    },
    { name: 'discard', kind: 'flag', help: 'Remove them without a copy' },
  ],
  load: async () => (await import('../audit/prune.ts')).pruneAudit,
}

export const auditCommands: readonly CommandSpec[] = [list, tail, exportCommand, verify, prune]
