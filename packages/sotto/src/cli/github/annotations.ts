/** What a check found, as annotations of a run of GitHub Actions: shown at the top of the run and in the pull request. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { SottoError } from '@sotto/sdk/model'
import type { CliContext } from '../context.ts'
import { safeLine } from '../print/text.ts'
import { commandLine } from './workflow-command.ts'

/** The runner shows ten errors of a step. */
const most = 10

/** One `::error` for each problem of a failed check, at the file where it was found, if it was found in one. */
export function annotateCheck({ cwd, env, stderr }: CliContext, error: SottoError): void {
  const problems = error.details['problems']
  if (error.code !== 'check_failed' || typeof problems !== 'object') return
  const file = error.details['file']
  const place = typeof file === 'string' ? fileInWorkspace(resolve(cwd, file), env['GITHUB_WORKSPACE']) : undefined
  const properties = { ...(place === undefined ? {} : { file: place }), title: safeLine(error.message) }
  const told = problems.length > most ? problems.slice(0, most - 1) : problems
  for (const problem of told) stderr.write(commandLine({ name: 'error', properties, data: safeLine(problem) }))
  if (problems.length > told.length)
    stderr.write(
      commandLine({
        name: 'error',
        properties,
        data: `and ${String(problems.length - told.length)} more: see the log`,
      }),
    )
}

/** Annotations name files from the root of the repository. */
function fileInWorkspace(path: string, workspace: string | undefined): string | undefined {
  if (workspace === undefined || !isAbsolute(workspace)) return undefined
  const file = relative(workspace, path)
  return file === '' || file.startsWith('..') || isAbsolute(file) ? undefined : file
}
