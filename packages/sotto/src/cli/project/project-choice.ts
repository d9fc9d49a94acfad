/** What holds where several places may say it: option, variable, project file, stored preference; in this order. */
import { shown, SottoError } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { validationLevel } from '../stack/validation-level.ts'
import { findProject } from './project-file.ts'
import type { Project } from './project-file.ts'

export interface Choice {
  /** `undefined`: the stored preference, which is the active stack. */
  readonly stack: string | undefined
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
  const variable = context.env['SOTTO_STACK']
  if (project?.workspace !== undefined && project.workspace !== 'default') {
    throw new SottoError('workspace_not_found', `${project.path}: there is no workspace ${shown(project.workspace)}`, {
      hint: 'a store on this machine has one workspace: workspace: default',
    })
  }
  return {
    stack: options.stack ?? (variable === undefined || variable === '' ? project?.stack : variable),
    level: validationLevel(options.level, context.env) ?? project?.level,
    project,
  }
}
