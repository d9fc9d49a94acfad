/** Where runs keep their files unless somebody says otherwise. */
import { statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface Places {
  /** Artifacts of stacks whose artifact store names no path. */
  readonly artifacts: string
  /** Compiled code of steps. */
  readonly cache: string
  /** Sockets and work folders of attempts; nothing in it outlives its attempt. */
  readonly runtime: string
}

type Environment = { readonly [name: string]: string | undefined }

/** The places by the environment: all under `SOTTO_HOME` where it is set, else by the XDG base directories. */
export function defaultPlaces(env: Environment): Places {
  const home = env['SOTTO_HOME']
  const runtime = runtimeFolder(env)
  if (home !== undefined && home !== '')
    return { artifacts: resolve(home, 'artifacts'), cache: resolve(home, 'cache', 'steps'), runtime }
  return {
    artifacts: join(base(env, 'XDG_DATA_HOME', '.local/share'), 'sotto', 'artifacts'),
    cache: join(base(env, 'XDG_CACHE_HOME', '.cache'), 'sotto', 'steps'),
    runtime,
  }
}

/** The specification says to ignore a relative path. */
function base(env: Environment, name: string, fallback: string): string {
  const given = env[name]
  return given !== undefined && isAbsolute(given) ? given : join(env['HOME'] ?? homedir(), fallback)
}

/** A memory file system of the user where there is one: files with secrets then never reach a disk. */
function runtimeFolder(env: Environment): string {
  const given = env['XDG_RUNTIME_DIR']
  if (given === undefined || !isAbsolute(given)) return tmpdir()
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() === true ? given : tmpdir()
}
