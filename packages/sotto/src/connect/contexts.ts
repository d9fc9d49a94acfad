/**
 * The servers that a person has signed in to, and which of them is used: `contexts.json` among the settings, readable by
 * its owner alone, since it holds tokens. The name `local` always stands for the store of this machine.
 */
import { chmodSync, fstatSync, mkdirSync, closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { isName, shellWord, shown, SottoError, systemCode } from '@sotto/sdk/model'

type Environment = Readonly<Record<string, string | undefined>>

/** The context that needs no server. */
export const localContext = 'local'

export interface Context {
  readonly url: string
  readonly workspace?: string | undefined
  /** Absent after `sotto logout`. */
  readonly token?: string | undefined
}

export interface Contexts {
  /** A name of `contexts`, or `local`. */
  readonly active: string
  readonly contexts: Readonly<Record<string, Context>>
}

/** `SOTTO_HOME`, else the folder `sotto` among the settings. */
export function contextsFile(env: Environment): string {
  const home = env['SOTTO_HOME']
  if (home !== undefined && home !== '') return join(resolve(home), 'contexts.json')
  const settings = env['XDG_CONFIG_HOME']
  if (settings !== undefined && isAbsolute(settings)) return join(settings, 'sotto', 'contexts.json')
  const person = env['HOME']
  return join(person !== undefined && isAbsolute(person) ? person : homedir(), '.config', 'sotto', 'contexts.json')
}

/** None where there is no file. Codes: `file_unreadable`, and `not_signed_in` where others may read the tokens. */
export function readContexts(env: Environment): Contexts {
  const file = contextsFile(env)
  const text = readPrivate(file)
  if (text === undefined) return { active: localContext, contexts: {} }
  const read = parse(text)
  if (read !== undefined) return read
  throw new SottoError('file_unreadable', `${shown(file)} does not hold contexts`, {
    hint: 'move it away, then: sotto login URL',
  })
}

/** The one that is used: of `SOTTO_CONTEXT`, else the active one; `undefined` for the store of this machine. */
export function findContext(env: Environment): Context | undefined {
  const asked = env['SOTTO_CONTEXT']
  if (asked === localContext) return undefined
  const { active, contexts } = readContexts(env)
  return asked === undefined || asked === '' ? find(contexts, active) : getContext(contexts, asked)
}

/** Codes: `usage` for a name that is none. */
export function getContext(contexts: Contexts['contexts'], name: string): Context {
  const found = find(contexts, name)
  if (found !== undefined) return found
  throw new SottoError('usage', `there is no context ${shown(name)}`, { hint: 'sotto context list' })
}

function find(contexts: Contexts['contexts'], name: string): Context | undefined {
  return Object.hasOwn(contexts, name) ? contexts[name] : undefined
}

/** Refuses a name that no context can have. */
export function requireContextName(name: string): string {
  if (isName(name) && name !== localContext) return name
  throw new SottoError('name_invalid', `${shown(name)} cannot be the name of a context`, {
    hint: `letters, digits, _ and -, and not ${localContext}`,
  })
}

/** Written beside the file and moved to its place, so that a reader sees the old one or the new one. */
export function writeContexts(env: Environment, contexts: Contexts): void {
  const file = contextsFile(env)
  const written = `${file}.${String(process.pid)}.tmp`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const descriptor = openSync(written, 'w', 0o600)
    try {
      // The mode holds for a new file only; one that was left over keeps its own.
      chmodSync(written, 0o600)
      writeSync(descriptor, `${JSON.stringify(contexts, undefined, 2)}\n`)
    } finally {
      closeSync(descriptor)
    }
    renameSync(written, file)
  } catch (error) {
    throw new SottoError(
      'file_unreadable',
      `${shown(file)} cannot be written (${systemCode(error) ?? 'no reason given'})`,
    )
  }
}

function readPrivate(file: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    const why = code === 'EACCES' ? 'this user has no access' : (code ?? 'no reason given')
    throw new SottoError('file_unreadable', `${shown(file)} cannot be read: ${why}`, {
      hint: 'give this user access to it, or set SOTTO_HOME to a folder of its own',
    })
  }
  try {
    if ((fstatSync(descriptor).mode & 0o077) === 0) return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
  throw new SottoError('not_signed_in', `others may read the tokens in ${shown(file)}`, {
    hint: `chmod 600 ${shellWord(file)}; if they did, revoke the tokens: sotto token revoke`,
  })
}

function parse(text: string): Contexts | undefined {
  let read: Partial<Record<keyof Contexts, unknown>> | null
  try {
    read = JSON.parse(text) as typeof read // read as what it may be
  } catch {
    return undefined
  }
  const { active, contexts } = read ?? {}
  if (typeof active !== 'string' || typeof contexts !== 'object' || contexts === null) return undefined
  const isContext = (each: Partial<Record<keyof Context, unknown>> | null): boolean =>
    typeof each?.url === 'string' &&
    [each.token, each.workspace].every((part) => part === undefined || typeof part === 'string')
  return Object.values(contexts).every(isContext) ? { active, contexts: contexts as Contexts['contexts'] } : undefined // just looked at
}
