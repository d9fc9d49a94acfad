/** Looks a program up as a shell does. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { spawnError } from '../supervisor/spawn-error.ts'

/** The path of a program by the PATH of the command's environment. Throws `step_failed`: a terminal would only print it. */
export function findProgram(program: string, env: NodeJS.ProcessEnv, cwd: string): string {
  if (program.includes('/') || isAbsolute(program)) return requireExecutable(program, resolve(cwd, program))
  const folders = (env['PATH'] ?? '/usr/bin:/bin').split(delimiter)
  const found = folders
    .map((folder) => join(folder === '' ? cwd : folder, program))
    .find((path) => executable(path) === undefined)
  if (found === undefined) throw spawnError(Object.assign(new Error('not found'), { code: 'ENOENT' }), program)
  return found
}

function requireExecutable(program: string, path: string): string {
  const problem = executable(path)
  if (problem !== undefined) throw spawnError(problem, program)
  return path
}

function executable(path: string): unknown {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile() ? undefined : Object.assign(new Error('a folder'), { code: 'EACCES' })
  } catch (error) {
    return error
  }
}
