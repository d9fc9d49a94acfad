// The dependency rule of the house as a table: which folder may import which. The arrows of
// docs/architecture.md are drawn from it, and tools/lint/boundaries.ts enforces it.

/** `sdk:model` is the folder `model` of the package `sdk`; `sotto:entry` are the files beside the folders. */
export type Folder = `${'sdk' | 'sotto'}:${string}`

/** What a folder may import besides its own files. */
export interface Allowed {
  readonly folders: readonly Folder[]
  /** Single files of a folder that is closed otherwise: the interface an integration implements. */
  readonly files?: readonly `${Folder}/${string}`[]
  /** Whether Node's own modules may be imported. */
  readonly node: boolean
  readonly packages?: readonly string[]
}

const sdk = (...folders: Folder[]): Allowed => ({ folders, node: false })
const program = (folders: readonly Folder[], more: Partial<Allowed> = {}): Allowed => ({ folders, node: true, ...more })

export const folders: Readonly<Record<Folder, Allowed>> = {
  // The SDK runs in browsers, Deno and Bun: it imports its own files and nothing else.
  'sdk:model': sdk(),
  'sdk:references': sdk('sdk:model'),
  'sdk:client': sdk('sdk:model', 'sdk:references'),
  'sdk:testing': sdk('sdk:model', 'sdk:references', 'sdk:client'),
  'sdk:entry': sdk('sdk:model', 'sdk:references', 'sdk:client', 'sdk:testing'),

  // Folders of our own on a disk, for whatever keeps files.
  'sotto:files': program(['sdk:model']),
  'sotto:keys': program(['sdk:model', 'sotto:files']),
  // The driver of PostgreSQL is an optional peer, loaded when a store lies there.
  'sotto:store': program(['sdk:model', 'sotto:files', 'sotto:keys'], { packages: ['pg'] }),
  // Verifies what others vouch for; knows no principals.
  'sotto:identity': program(['sdk:model'], { packages: ['jose'] }),
  'sotto:service': program([
    'sdk:model',
    'sdk:references',
    'sotto:files',
    'sotto:identity',
    'sotto:keys',
    'sotto:store',
  ]),
  // Not the store: the service is the only door to it.
  'sotto:http': program(['sdk:model', 'sotto:service'], { packages: ['valibot'] }),
  'sotto:connect': program(
    ['sdk:model', 'sdk:references', 'sdk:client', 'sotto:channel', 'sotto:identity', 'sotto:service'],
    {
      // The lists of built-in flavors and of key services are data; what talks to a product stays out of reach. Whether a
      // place is one of a database is told by its text.
      files: ['sotto:integrations/flavors.ts', 'sotto:integrations/key-services.ts', 'sotto:store/store-place.ts'],
      packages: ['yaml'],
    },
  ),
  // The streaming mask for values, for whatever shows output of others; knows nothing of secrets.
  'sotto:redaction': program([]),
  // How a process of a step asks its supervisor; connect knows the asking end, pipelines the answering one.
  'sotto:channel': program(['sdk:model', 'sotto:redaction']),
  // They take an Api; where it comes from is not for them to know.
  'sotto:pipelines': program(['sdk:model', 'sdk:references', 'sotto:files', 'sotto:redaction', 'sotto:channel'], {
    // The terminal of `exec`, loaded when there is one.
    packages: ['@lydell/node-pty'],
  }),
  'sotto:integrations': program(['sdk:model'], {
    files: ['sotto:pipelines/tracker.ts', 'sotto:keys/key-service.ts'],
    // Optional peers, each loaded on first use by the one folder of its product.
    packages: ['@aws-sdk/client-kms'],
  }),
  'sotto:cli': program(
    ['sdk:model', 'sdk:references', 'sotto:connect', 'sotto:redaction', 'sotto:pipelines', 'sotto:entry'],
    {
      // The list of trackers is handed to the engine; what talks to a product stays out of reach. `server start` puts the
      // service that connect opens behind the server.
      files: [
        'sotto:integrations/trackers.ts',
        'sotto:http/serve-service.ts',
        'sotto:http/server.ts',
        'sotto:http/parts.ts',
      ],
      packages: ['yaml'],
    },
  ),
  // The entries `sotto` and `sotto/pipelines` put the parts together.
  'sotto:entry': program([
    'sdk:model',
    'sdk:references',
    'sdk:client',
    'sotto:connect',
    'sotto:pipelines',
    'sotto:integrations',
  ]),
}

/** How one package names a part of the other. Each leads to an entry, never to a file inside. */
export const specifiers: Readonly<Record<string, Folder>> = {
  '@sotto/sdk/model': 'sdk:model',
  '@sotto/sdk/references': 'sdk:references',
  '@sotto/sdk': 'sdk:client',
}

/** Everything a folder reaches through what it may import: what its tests may use to set a scene. */
export function reachable(folder: Folder): ReadonlySet<Folder> {
  const seen = new Set<Folder>()
  const visit = (each: Folder): void => {
    if (seen.has(each)) return
    seen.add(each)
    for (const next of folders[each]?.folders ?? []) visit(next)
  }
  visit(folder)
  return seen
}
