/** Commands of backups. */
import type { ArgumentSpec, CommandSpec } from '../command.ts'

const file: ArgumentSpec = { name: 'FILE', help: 'The backup', completes: 'file' }

export const backupCommands: readonly CommandSpec[] = [
  {
    path: ['backup', 'create'],
    summary: 'Write the whole store into one file, while others go on writing',
    examples: [
      { line: 'sotto backup create /mnt/usb/sotto.backup', about: 'readable by you alone; holds no root key' },
      { line: 'sotto backup create sotto.backup --with-logs --yes', about: 'in the place of an older backup' },
    ],
    details: [
      'A backup opens with the root key of the store, or with its recovery code. Keep one of them where the backup is not.',
      'Only a backup is ever replaced, and only with --yes. Results of runs are not in it; they lie in the artifact store.',
    ],
    arguments: [file],
    options: [{ name: 'with-logs', kind: 'flag', help: 'With the logs of runs' }],
    load: async () => (await import('../backup/create.ts')).createBackup,
  },
  {
    path: ['backup', 'verify'],
    summary: 'Check a backup: would a restore of it succeed?',
    examples: [
      { line: 'sotto backup verify sotto.backup', about: 'ends with 1 when it would not' },
      { line: 'sotto backup verify sotto.backup --deep', about: 'opens every value, not a thousand of them' },
    ],
    arguments: [file],
    options: [{ name: 'deep', kind: 'flag', help: 'Open every value' }],
    load: async () => (await import('../backup/verify.ts')).verifyBackup,
  },
  {
    path: ['backup', 'restore'],
    summary: 'Put a store back from a backup',
    examples: [
      { line: 'sotto backup restore sotto.backup', about: 'asks before it replaces anything' },
      {
        line: 'SOTTO_HOME=/tmp/look sotto backup restore sotto.backup --yes',
        about: 'somewhere else, to look into it',
      },
    ],
    details: [
      'Everything about the backup is checked first, every value is opened. The present state is set aside beside the store.',
      'A backup whose audit log was changed is refused; --accept-broken-audit is for when there is no other.',
      'Where the store itself is lost, give the last checkpoint you kept: the audit log then goes on behind it.',
    ],
    arguments: [file],
    options: [
      { name: 'checkpoint', kind: 'text', value: 'EPOCH:SEQUENCE:HEAD', help: 'The last checkpoint you kept' },
      {
        name: 'accept-broken-audit',
        kind: 'flag',
        help: 'Restore it though its audit log was changed, and record that',
      },
    ],
    load: async () => (await import('../backup/restore.ts')).restoreBackup,
  },
]
