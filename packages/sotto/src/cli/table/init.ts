/** The command that begins a project. */
import type { CommandSpec } from '../command.ts'

export const initCommands: readonly CommandSpec[] = [
  {
    path: ['init'],
    summary: 'Write a small project into this folder: a pipeline that runs at once, and sotto.yaml',
    examples: [
      { line: 'mkdir churn && cd churn && sotto init', about: 'a step in TypeScript and one in Python' },
      { line: 'sotto init --python', about: 'all steps in Python' },
    ],
    details: [
      'Nothing has to be installed in the folder, and no file that is there is overwritten. The Python steps want python3.',
    ],
    options: [{ name: 'python', kind: 'flag', help: 'Write all steps in Python' }],
    load: async () => (await import('../init/init.ts')).init,
  },
]
