/**
 * `sotto.yaml`, the project file: which workspace and stack a folder and what lies below it use, how far references are
 * checked, and the variables of `sotto exec`. It is found upward from the working directory, like a `package.json`.
 *
 *     workspace: default
 *     stack: prod
 *     level: SECRET_AND_KEY_EXISTS
 *     exec:
 *       env:
 *         DATABASE_URL: "postgres://{{db.user}}:{{db.password}}@localhost/app"
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SottoError, systemCode } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'

const projectFileName = 'sotto.yaml'

export interface Project {
  /** Absolute. */
  readonly path: string
  readonly workspace: string | undefined
  readonly stack: string | undefined
  readonly level: ValidationLevel | undefined
  /** Variables for `exec`; texts may hold references. */
  readonly execEnv: { readonly [variable: string]: string }
}

/** The nearest project file at or above `cwd`; `undefined` where there is none. Codes: `project_invalid`. */
export async function findProject(cwd: string): Promise<Project | undefined> {
  const path = findUpward(cwd)
  if (path === undefined) return undefined
  refuseStranger(path)
  const text = readText(path)
  // The parser of YAML costs milliseconds: only a project pays for it.
  const { parseProject } = await import('./parse-project.ts')
  return { path, ...parseProject(text, path) }
}

/** A folder called `sotto.yaml` is no project file. */
function findUpward(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, projectFileName)
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path
    if (folder === dirname(folder)) return undefined
  }
}

/** The file sets variables of commands. In a folder where everybody may put files, such as /tmp, it must be our own. */
function refuseStranger(path: string): void {
  const us = process.geteuid?.()
  const owner = statSync(path).uid
  if (us === undefined || owner === us || owner === 0 || (statSync(dirname(path)).mode & 0o002) === 0) return
  throw new SottoError(
    'project_invalid',
    `${path} belongs to another user, in a folder where everybody may put files`,
    {
      hint: 'remove it, or work in a folder of your own',
    },
  )
}

function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const code = systemCode(error) ?? 'not UTF-8 text'
    throw new SottoError('project_invalid', `${path} cannot be read (${code})`, { cause: error })
  }
}
