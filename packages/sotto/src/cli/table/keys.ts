/** Commands of the store's keys. */
import type { ArgumentSpec, CommandSpec } from '../command.ts'

const key: ArgumentSpec = { name: 'KEY', help: 'Id of a data key, as sotto keys status shows it' }

export const keyCommands: readonly CommandSpec[] = [
  {
    path: ['keys', 'status'],
    summary: 'Show what opens the store, and how much lies under each data key',
    examples: [
      { line: 'sotto keys status', about: 'no key itself is ever shown' },
      { line: 'sotto keys status --json', about: 'for a program' },
    ],
    load: async () => (await import('../keys/status.ts')).keysStatus,
  },
  {
    path: ['keys', 'rotate'],
    summary: 'Seal new values under a new data key',
    examples: [
      { line: 'sotto keys rotate', about: 'what lies under the older key still opens' },
      { line: 'sotto keys rotate --json', about: 'for a program' },
    ],
    load: async () => (await import('../keys/rotate.ts')).rotateKeys,
  },
  {
    path: ['keys', 'rewrap'],
    summary: 'Seal values anew that lie under older data keys, while others read and write',
    examples: [
      { line: 'sotto keys rewrap', about: 'may be stopped and begun again at any time' },
      { line: 'sotto keys rewrap --json', about: 'for a program' },
    ],
    load: async () => (await import('../keys/rewrap.ts')).rewrapKeys,
  },
  {
    path: ['keys', 'retire'],
    summary: 'Retire a data key that no value lies under',
    examples: [
      { line: 'sotto keys retire 9f2c31d0aa54e6b7', about: 'it still opens, for a day at least' },
      { line: 'sotto keys retire 9f2c31d0aa54e6b7 --json', about: 'for a program' },
    ],
    arguments: [key],
    load: async () => (await import('../keys/retire.ts')).retireKey,
  },
  {
    path: ['keys', 'destroy'],
    summary: 'Remove a data key for ever that was retired a day ago',
    examples: [
      { line: 'sotto keys destroy 9f2c31d0aa54e6b7', about: 'asks; refused while anything lies under it' },
      { line: 'sotto keys destroy 9f2c31d0aa54e6b7 --yes', about: 'does not ask' },
    ],
    arguments: [key],
    load: async () => (await import('../keys/destroy.ts')).destroyKey,
  },
  {
    path: ['keys', 'recovery'],
    summary: 'Make a code that opens the store when the root key is lost',
    examples: [
      { line: 'sotto keys recovery', about: 'shows it once; asks before it replaces one' },
      { line: 'sotto keys recovery --yes', about: 'replaces one unasked; the code alone goes to standard output' },
    ],
    details: ['A backup holds no root key: on another machine it takes the root key or this code to open it.'],
    outputs: ['table', 'json'],
    load: async () => (await import('../keys/recovery.ts')).makeRecovery,
  },
  {
    path: ['keys', 'change-root'],
    summary: 'Change the root key; with --compromised every key',
    examples: [
      { line: 'sotto keys change-root', about: 'a new key in the place of the old one' },
      { line: 'sotto keys change-root --to passphrase', about: 'asks for the passphrase twice' },
      { line: 'sotto keys change-root --to env --root-key=@new.key', about: 'a key that you made and put into place' },
      {
        line: 'sotto keys change-root --to transit:https://bao.example:8200/transit/sotto',
        about: 'wrapped by a key of OpenBao or Vault',
      },
      { line: 'sotto keys change-root --recovery', about: 'the root key is lost: asks for the recovery code' },
      { line: 'sotto keys change-root --compromised', about: 'somebody may have seen the keys' },
    ],
    details: [
      'The new key is on disk before the store needs it: killed at any moment, the store opens with one of the two, which lies in its place.',
      'A key of AWS KMS, OpenBao or Vault wraps the new root key; credentials come as for their own programs. From then on SOTTO_ROOT_KEY_SERVICE must name it wherever the store is opened (sotto help environment).',
      'Programs that have the store open go on where the key is in a file; others need the new key.',
      'With --compromised also data, token, row and signing keys are new, all values are sealed anew, and the values are listed that should be changed where they come from: whoever had the keys and a copy of the database has them.',
    ],
    options: [
      {
        name: 'to',
        kind: 'text',
        value: 'PROVIDER',
        help: 'Where the new key comes from: file, env, passphrase, aws-kms:ARN or transit:URL/KEY; as now without it',
      },
      { name: 'root-key', kind: 'text', value: '@FILE', help: 'For --to env: the new key, @- for standard input' },
      { name: 'passphrase', kind: 'text', value: '@FILE', help: 'For --to passphrase: it, @- for standard input' },
      { name: 'recovery', kind: 'flag', help: 'Open the store with its recovery code' },
      { name: 'recovery-code', kind: 'text', value: '@FILE', help: 'The code, instead of being asked for it' },
      { name: 'keep-old-key', kind: 'flag', help: 'Leave the old key in a file beside the new one' },
      { name: 'compromised', kind: 'flag', help: 'Make every key anew' },
    ],
    outputs: ['table', 'json'],
    load: async () => (await import('../keys/change-root.ts')).changeRootKey,
  },
]
