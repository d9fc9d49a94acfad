/** Every command, by its first word, in the order of help. */
import { componentTypes } from '@sotto/sdk/model'
import type { ComponentType } from '@sotto/sdk/model'
import type { CommandSpec, Noun } from '../command.ts'

/** What each type of component is for. */
const componentSummaries: { readonly [type in ComponentType]: string } = {
  alerter: 'Where messages about runs go',
  annotator: 'Tools that label data',
  'artifact-store': 'Where results of steps are kept',
  'container-registry': 'Where images are kept',
  'data-validator': 'Tools that check data',
  deployer: 'Where pipelines are served',
  'experiment-tracker': 'Where metrics and parameters of runs go',
  'feature-store': 'Where features come from',
  'image-builder': 'What builds images',
  'log-store': 'Where logs are kept',
  'model-deployer': 'Where models are served',
  'model-registry': 'Where models are kept',
  orchestrator: 'What runs the steps',
  'step-operator': 'What runs single steps elsewhere',
}

type Commands = readonly CommandSpec[]

const componentNouns: readonly Noun[] = componentTypes.map((type) => ({
  name: type,
  summary: componentSummaries[type],
  commands: async (): Promise<Commands> => (await import('./component.ts')).componentCommands(type),
}))

export const nouns: readonly Noun[] = [
  {
    name: 'secret',
    summary: 'Create, fetch and change secrets',
    commands: async (): Promise<Commands> => (await import('./secret.ts')).secretCommands,
  },
  {
    name: 'stack',
    summary: 'Put components together, check their references, register what is missing',
    commands: async (): Promise<Commands> => (await import('./stack.ts')).stackCommands,
  },
  {
    name: 'run',
    summary: 'Run pipelines and look at their runs',
    commands: async (): Promise<Commands> => (await import('./run.ts')).runCommands,
  },
  {
    name: 'exec',
    summary: 'Run a program with secrets in its environment',
    commands: async (): Promise<Commands> => (await import('./exec.ts')).execCommands,
  },
  ...componentNouns,
  {
    name: 'flavor',
    summary: 'Kinds of components and their attributes',
    commands: async (): Promise<Commands> => (await import('./flavor.ts')).flavorCommands,
  },
  {
    name: 'workspace',
    summary: 'Parts of a store that know nothing of each other',
    commands: async (): Promise<Commands> => (await import('./principal.ts')).workspaceCommands,
  },
  {
    name: 'service-account',
    summary: 'Programs that act by their own name',
    commands: async (): Promise<Commands> => (await import('./principal.ts')).serviceAccountCommands,
  },
  {
    name: 'token',
    summary: 'What a program shows to be let in',
    commands: async (): Promise<Commands> => (await import('./principal.ts')).tokenCommands,
  },
  {
    name: 'grant',
    summary: 'Who may do what',
    commands: async (): Promise<Commands> => (await import('./principal.ts')).grantCommands,
  },
  {
    name: 'trust',
    summary: 'Jobs and pods that sign in without a secret',
    commands: async (): Promise<Commands> => (await import('./trust.ts')).trustCommands,
  },
  {
    name: 'access',
    summary: 'Ask who may do something, and why',
    commands: async (): Promise<Commands> => (await import('./principal.ts')).accessCommands,
  },
  {
    name: 'audit',
    summary: 'Who read and changed what',
    commands: async (): Promise<Commands> => (await import('./audit.ts')).auditCommands,
  },
  {
    name: 'keys',
    summary: 'Rotate the keys of the store; recover it when the root key is lost',
    commands: async (): Promise<Commands> => (await import('./keys.ts')).keyCommands,
  },
  {
    name: 'backup',
    summary: 'Back the store up, check a backup, restore one',
    commands: async (): Promise<Commands> => (await import('./backup.ts')).backupCommands,
  },
  {
    name: 'server',
    summary: 'Serve the store to a team',
    commands: async (): Promise<Commands> => (await import('./server.ts')).serverCommands,
  },
  {
    name: 'login',
    summary: 'Sign in to a server',
    commands: async (): Promise<Commands> => (await import('./login.ts')).loginCommands,
  },
  {
    name: 'logout',
    summary: 'Forget the token of the server that is used',
    commands: async (): Promise<Commands> => (await import('./login.ts')).logoutCommands,
  },
  {
    name: 'whoami',
    summary: 'Say who you are, and where',
    commands: async (): Promise<Commands> => (await import('./login.ts')).whoAmICommands,
  },
  {
    name: 'context',
    summary: 'Servers by name, and which one is used',
    commands: async (): Promise<Commands> => (await import('./login.ts')).contextCommands,
  },
  {
    name: 'init',
    summary: 'Begin a project in this folder',
    commands: async (): Promise<Commands> => (await import('./init.ts')).initCommands,
  },
  {
    name: 'doctor',
    summary: 'Look for problems of this installation',
    commands: async (): Promise<Commands> => (await import('./general.ts')).doctorCommands,
  },
  {
    name: 'completion',
    summary: 'Completion of words for your shell',
    commands: async (): Promise<Commands> => (await import('./general.ts')).completionCommands,
  },
  {
    name: '__complete',
    summary: 'Words that may follow',
    hidden: true,
    commands: async (): Promise<Commands> => (await import('./general.ts')).completionCommands,
  },
  {
    name: 'help',
    summary: 'Help on a command or a topic',
    commands: async (): Promise<Commands> => (await import('./general.ts')).helpCommands,
  },
]
