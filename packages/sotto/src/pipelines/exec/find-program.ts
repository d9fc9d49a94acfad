/** Looks a program up as a shell does. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { systemCode } from '@sotto/sdk/model'
import { startError } from './start-error.ts'

/** The path of a program by the PATH of the command's environment. Codes as of `startError`: a terminal would only print it. */
export function findProgram(program: string, env: NodeJS.ProcessEnv, cwd: string): string {
  if (program.includes('/') || isAbsolute(program)) return requireExecutable(program, resolve(cwd, program))
  const folders = (env['PATH'] ?? '/usr/bin:/bin').split(delimiter)
  const paths = folders.map((folder) => join(folder === '' ? cwd : folder, program))
  const found = paths.find((path) => executable(path) === undefined)
  if (found !== undefined) return found
  // As execvp(3): one that is there and may not be executed is the reason, wherever it lies.
  const refused = paths.map(executable).find((problem) => systemCode(problem) === 'EACCES')
  throw startError(refused ?? Object.assign(new Error('not found'), { code: 'ENOENT' }), program)
}

function requireExecutable(program: string, path: string): string {
  const problem = executable(path)
  if (problem !== undefined) throw startError(problem, program)
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
