/** Commands of the server. */
import type { CommandSpec } from '../command.ts'

export const serverCommands: readonly CommandSpec[] = [
  {
    path: ['server', 'start'],
    summary: 'Serve a store over HTTP until it is stopped',
    examples: [
      { line: 'sotto server start', about: 'the store of this machine, for this machine: http://127.0.0.1:8420' },
      {
        line: 'sotto server start --listen 0.0.0.0:8420 --tls-cert server.crt --tls-key server.key',
        about: 'for a team',
      },
    ],
    details: [
      'Callers come with a token; sotto token create, on this machine, makes the first one. The log is on standard error, an object a line, and holds no value.',
      'SIGTERM lets requests under way end and stops; SIGHUP reads a renewed certificate.',
    ],
    options: [
      { name: 'listen', kind: 'text', value: 'HOST:PORT', help: 'Where it listens; 127.0.0.1:8420 without it' },
      {
        name: 'store',
        kind: 'text',
        value: 'PLACE',
        help: 'The database, a file or postgres://…; that of this machine without it',
        completes: 'file',
      },
      { name: 'tls-cert', kind: 'text', value: 'FILE', help: 'Its certificate, in PEM', completes: 'file' },
      { name: 'tls-key', kind: 'text', value: 'FILE', help: 'The key of the certificate, in PEM', completes: 'file' },
      {
        name: 'allow-http',
        kind: 'flag',
        help: 'Listen without TLS for other machines too: something in front ends it',
      },
      { name: 'log-requests', kind: 'flag', help: 'Log every request, not only those that failed' },
    ],
    outputs: ['json'],
    load: async () => (await import('../server/start.ts')).startServer,
  },
]
