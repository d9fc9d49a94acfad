/** Commands of the program itself. */
import type { CommandSpec } from '../command.ts'

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
