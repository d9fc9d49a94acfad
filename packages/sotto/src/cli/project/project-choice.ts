/** What holds where several places may say it: option, variable, project file, stored preference; in this order. */
import { isSottoError, shown, SottoError } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { validationLevel } from '../stack/validation-level.ts'
import { findProject } from './project-file.ts'
import type { Project } from './project-file.ts'

export interface Choice {
  /** `undefined`: the stored preference, which is the active stack. */
  readonly stack: string | undefined
  /** Where the stack is named: the variable or the project file. `undefined` where the command names it, or nobody. */
  readonly stackSource: string | undefined
  /** `undefined`: the default. */
  readonly level: ValidationLevel | undefined
  readonly project: Project | undefined
}

/** Codes: `project_invalid`, `level_unknown`, `workspace_not_found`. */
export async function choose(
  context: CliContext,
  options: { readonly stack?: string | undefined; readonly level?: string | undefined },
): Promise<Choice> {
  const project = await findProject(context.cwd)
  if (project?.workspace !== undefined && project.workspace !== 'default') {
    throw new SottoError('workspace_not_found', `${project.path}: there is no workspace ${shown(project.workspace)}`, {
      hint: 'choose another one with --workspace or SOTTO_WORKSPACE; a project file names default alone',
    })
  }
  return {
    ...stackOf(options.stack, context.env['SOTTO_STACK'], project),
    level: validationLevel(options.level, context.env) ?? project?.level,
    project,
  }
}

function stackOf(
  option: string | undefined,
  variable: string | undefined,
  project: Project | undefined,
): Pick<Choice, 'stack' | 'stackSource'> {
  if (option !== undefined) return { stack: option, stackSource: undefined }
  if (variable !== undefined && variable !== '') return { stack: variable, stackSource: 'SOTTO_STACK' }
  return { stack: project?.stack, stackSource: project?.stack === undefined ? undefined : project.path }
}

/** Does the work; that the stack does not exist is told with the place that names it, since the command does not. */
export async function tellingSource<T>({ stackSource }: Choice, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (stackSource === undefined || !isSottoError(error, 'stack_not_found')) throw error
    const { message, hint, details } = error
    throw new SottoError(error.code, `${stackSource}: ${message}`, { hint, details, cause: error })
  }
}
