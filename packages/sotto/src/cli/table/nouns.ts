/** Every command, by its first word, in the order of help. */
import type { Noun } from '../command.ts'
import { componentNouns } from './component.ts'
import { auditCommands, completionCommands, doctorCommands, helpCommands } from './general.ts'
import { flavorCommands } from './flavor.ts'
import { secretCommands } from './secret.ts'
import { stackCommands } from './stack.ts'

export const nouns: readonly Noun[] = [
  { name: 'secret', summary: 'Create, fetch and change secrets', commands: () => secretCommands },
  {
    name: 'stack',
    summary: 'Put components together, check their references, register what is missing',
    commands: () => stackCommands,
  },
  ...componentNouns,
  { name: 'flavor', summary: 'Kinds of components and their attributes', commands: () => flavorCommands },
  { name: 'audit', summary: 'Who read and changed what', commands: () => auditCommands },
  { name: 'doctor', summary: 'Look for problems of this installation', commands: () => doctorCommands },
  { name: 'completion', summary: 'Completion of words for your shell', commands: () => completionCommands },
  { name: '__complete', summary: 'Words that may follow', hidden: true, commands: () => completionCommands },
  { name: 'help', summary: 'Help on a command or a topic', commands: () => helpCommands },
]
