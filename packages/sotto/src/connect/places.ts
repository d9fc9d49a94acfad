/** Where the files of an embedded store lie. */
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { liesInDatabase } from '../store/store-place.ts'

export { liesInDatabase }

export interface Places {
  /** A file, or the URL of a database. */
  readonly storePath: string
  readonly rootKeyPath: string
  readonly logsFolder: string
}

/**
 * `SOTTO_STORE` names the store alone, a file or the URL of a database. `SOTTO_HOME` puts all under one folder. Else data goes to `XDG_DATA_HOME` and the root key to `XDG_STATE_HOME`, since
 * state folders are neither synced nor versioned. Relative XDG folders are ignored, as their specification says:
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function findPlaces(env: Readonly<Record<string, string | undefined>>): Places {
  const named = env['SOTTO_STORE'] ?? ''
  const places = findFolders(env)
  if (named === '') return places
  return { ...places, storePath: liesInDatabase(named) ? named : resolve(named) }
}

function findFolders(env: Readonly<Record<string, string | undefined>>): Places {
  const home = env['SOTTO_HOME']
  if (home !== undefined && home !== '') return placesIn(resolve(home), resolve(home))
  const data = xdgFolder(env, 'XDG_DATA_HOME', '.local/share')
  const state = xdgFolder(env, 'XDG_STATE_HOME', '.local/state')
  return placesIn(join(data, 'sotto'), join(state, 'sotto'))
}

function placesIn(data: string, state: string): Places {
  return { storePath: join(data, 'store.db'), rootKeyPath: join(state, 'root.key'), logsFolder: join(data, 'logs') }
}

function xdgFolder(env: Readonly<Record<string, string | undefined>>, variable: string, below: string): string {
  const given = env[variable]
  if (given !== undefined && isAbsolute(given)) return given
  const home = env['HOME']
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), below)
}

/** The place of the store for people: a URL without its password. */
export function shownStore({ storePath }: Places): string {
  return storePath.replace(/^([^/]*\/\/[^/@:]*):[^/@]*@/, '$1@')
}
