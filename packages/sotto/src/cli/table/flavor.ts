/** Commands of flavors. */
import type { ArgumentSpec, CommandSpec } from '../command.ts'
import { descriptionOption } from './secret-options.ts'

const type: ArgumentSpec = {
  name: 'TYPE',
  help: 'Type of component: experiment-tracker, …',
  completes: 'component-type',
}

export const flavorCommands: readonly CommandSpec[] = [
  {
    path: ['flavor', 'list'],
    summary: 'List flavors',
    examples: [
      { line: 'sotto flavor list', about: 'of every type' },
      { line: 'sotto flavor list experiment-tracker', about: 'of one' },
    ],
    arguments: [{ ...type, optional: true }],
    load: async () => (await import('../flavor/list.ts')).listFlavors,
  },
  {
    path: ['flavor', 'describe'],
    summary: 'Show the attributes of a flavor',
    examples: [
      { line: 'sotto flavor describe experiment-tracker mlflow', about: 'which are needed, which are secret' },
      { line: 'sotto flavor describe experiment-tracker mlflow --json', about: 'for a program' },
    ],
    arguments: [type, { name: 'FLAVOR', help: 'Name of the flavor', completes: 'flavor' }],
    load: async () => (await import('../flavor/describe.ts')).describeFlavor,
  },
  {
    path: ['flavor', 'register'],
    summary: 'Register a flavor of your own',
    examples: [
      {
        line: 'sotto flavor register alerter slack --attribute slack_token:secret:required=run --attribute channel',
        about: 'two texts, one secret and needed for a run',
      },
      {
        line: `sotto flavor register feature-store feast --attribute port:number:default=6565 --attribute tls:boolean`,
        about: 'other types, a default',
      },
    ],
    details: [
      'An attribute is NAME followed by what is known of it, each behind a colon: a type (string, number, boolean, list, object; string without one), secret, required (needed to register) or required=run (needed for a run), and last default=JSON or a bare word.',
    ],
    arguments: [type, { name: 'FLAVOR', help: 'Name of the new flavor' }],
    options: [
      { name: 'attribute', kind: 'list', value: 'NAME[:FACT]...', help: 'An attribute; may be repeated' },
      descriptionOption,
    ],
    load: async () => (await import('../flavor/register.ts')).registerFlavor,
  },
]
