/** The command that runs other programs. */
import type { CommandSpec } from '../command.ts'
import { levelOption } from './stack.ts'

export const execCommands: readonly CommandSpec[] = [
  {
    path: ['exec'],
    summary: 'Run a program with secrets in its environment, its output masked',
    examples: [
      { line: 'sotto exec --secret warehouse -- python load.py', about: 'each key as a variable: WAREHOUSE_PASSWORD' },
      {
        line: "sotto exec --env 'DATABASE_URL=postgres://{{db.user}}:{{db.password}}@localhost/app' -- ./migrate",
        about: 'a text with references',
      },
      { line: 'sotto exec --env-file prod.env -- make deploy', about: 'a .env file with references in it' },
    ],
    details: [
      'Every reference is checked before the program starts; the values are read once. Key api-key of secret crm becomes the variable CRM_API_KEY. What the program prints is masked. On a terminal it gets a terminal of its own. Signals reach it, and its exit code is the one of sotto exec: 127 where it is not there, 126 where it cannot be started.',
      'Variables may also stand in sotto.yaml, under exec: env:. A variable given nearer wins: --env, then --env-file, then sotto.yaml, then --secret. Keys and tokens of Sotto itself are not handed on. A variable that steers programs (PATH, LD_PRELOAD, NODE_OPTIONS, BASH_ENV and the like) is taken from --env and --env-file alone: else whoever may add a key to a secret, or wrote sotto.yaml, could run code in the program.',
    ],
    options: [
      {
        name: 'secret',
        kind: 'list',
        value: 'S',
        help: 'All keys of this secret as variables; may be repeated',
        completes: 'secret',
      },
      {
        name: 'env',
        kind: 'list',
        value: 'K=TEXT',
        help: 'A variable; its text may hold references; may be repeated',
        completes: 'key',
      },
      {
        name: 'env-file',
        kind: 'list',
        value: 'FILE',
        help: 'Variables of a .env file; may be repeated',
        completes: 'file',
      },
      levelOption,
    ],
    trailing: { name: 'COMMAND', help: 'The program and its arguments, after --' },
    outputs: ['value'],
    load: async () => (await import('../exec/exec.ts')).exec,
  },
]
