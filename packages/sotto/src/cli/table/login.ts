/** Commands about servers that one signs in to. */
import type { CommandSpec } from '../command.ts'

export const loginCommands: readonly CommandSpec[] = [
  {
    path: ['login'],
    summary: 'Sign in to a server with a token, and use it from now on',
    examples: [
      { line: 'sotto login https://sotto.example', about: 'asks for the token' },
      { line: 'sotto login https://sotto.example --token-file token --name work', about: 'as context work' },
    ],
    details: [
      'The token is tried, then kept in a file that only you can read. In CI set SOTTO_URL and SOTTO_TOKEN instead: they need no login.',
    ],
    arguments: [{ name: 'URL', help: 'The address of the server' }],
    options: [{ name: 'name', kind: 'text', value: 'CONTEXT', help: 'How it is called here; by its host without it' }],
    load: async () => (await import('../login/login.ts')).login,
  },
]

export const logoutCommands: readonly CommandSpec[] = [
  {
    path: ['logout'],
    summary: 'Forget the token of the server that is used',
    examples: [
      { line: 'sotto logout', about: 'the token stays good elsewhere' },
      { line: 'sotto context use local', about: 'back to the store of this machine' },
    ],
    load: async () => (await import('../login/logout.ts')).logout,
  },
]

export const whoAmICommands: readonly CommandSpec[] = [
  {
    path: ['whoami'],
    summary: 'Say who you are, and where',
    examples: [
      { line: 'sotto whoami', about: 'at the server, or to the store of this machine' },
      { line: 'sotto whoami --json', about: 'with ids and times' },
    ],
    load: async () => (await import('../login/whoami.ts')).whoAmI,
  },
]

export const contextCommands: readonly CommandSpec[] = [
  {
    path: ['context', 'list'],
    summary: 'List the servers that are known here',
    examples: [
      { line: 'sotto context list', about: 'the one that is used has a star' },
      { line: 'sotto context list --json', about: 'for programs; without tokens' },
    ],
    load: async () => (await import('../context/list.ts')).listContexts,
  },
  {
    path: ['context', 'add'],
    summary: 'Name a server',
    examples: [
      { line: 'sotto context add work https://sotto.example', about: 'without signing in yet' },
      { line: 'sotto context add ml https://sotto.example --workspace ml', about: 'another workspace of it' },
    ],
    arguments: [
      { name: 'NAME', help: 'How it is called here' },
      { name: 'URL', help: 'Its address' },
    ],
    load: async () => (await import('../context/add.ts')).addContext,
  },
  {
    path: ['context', 'use'],
    summary: 'Choose the server that is used',
    examples: [
      { line: 'sotto context use work', about: 'until the next choice' },
      { line: 'sotto context use local', about: 'the store of this machine' },
    ],
    details: ['SOTTO_CONTEXT chooses for one command, or for one shell.'],
    arguments: [{ name: 'NAME', help: 'A context, or local' }],
    load: async () => (await import('../context/use.ts')).useContext,
  },
]
