/** `sotto exec -- COMMAND`: a program with secrets in its environment and its output masked. */
import { isSottoError, SottoError } from '@sotto/sdk/model'
import type { CheckReport } from '@sotto/sdk/model'
import { execCommand } from '../../pipelines/exec.ts'
import type { Call } from '../command.ts'
import { choose } from '../project/project-choice.ts'
import { checkFailed, expiryWarnings } from '../stack/check-report.ts'
import { gatherVariables } from './variables.ts'

/** The exit code is that of the program. */
export async function exec(call: Call): Promise<number> {
  const { input, print, context } = call
  const argv = input.trailing
  if (argv.length === 0)
    throw new SottoError('usage', 'there is no command to run', { hint: 'sotto exec --secret NAME -- COMMAND' })
  const { level, project } = await choose(context, { level: input.text('level') })
  const variables = await gatherVariables(call, project)
  let report: CheckReport | undefined
  try {
    return await execCommand({
      api: await call.api(),
      argv,
      secrets: input.list('secret'),
      variables,
      level,
      env: { ...context.env },
      cwd: context.cwd,
      // The program gets the terminal itself, which the context's outputs cannot hand on.
      streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
      onCheck: (checked) => {
        report = checked
        for (const warning of expiryWarnings(checked)) print.warn(warning)
      },
      onNote: (note) => print.warn(note),
    })
  } catch (error) {
    if (isSottoError(error, 'check_failed') && report !== undefined && !report.ok)
      throw checkFailed(report, 'the command')
    throw error
  }
}
