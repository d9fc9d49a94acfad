/** `sotto stack check [STACK]`: exit code 7 when a reference cannot be resolved. */
import type { Call } from '../command.ts'
import { choose, tellingSource } from '../project/project-choice.ts'
import { checkFailed, checkTable, expiryWarnings, stackName } from './check-report.ts'

export async function checkStack(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const choice = await choose(context, { stack: input.optionalArgument('STACK'), level: input.text('level') })
  const { stack, level } = choice
  const api = await call.api()
  const report = await tellingSource(choice, () => api.checkReferences({ stack, level, as: input.text('as') }))
  // A program gets the whole report also when it fails; a person gets the problems as the error.
  if (report.ok || print.format !== 'table') await print.result(report, () => checkTable(report))
  if (!report.ok) throw checkFailed(report, stackName(report))
  for (const warning of expiryWarnings(report)) print.warn(warning)
  if (print.format === 'table')
    print.say(
      `${stackName(report)} is ready: ${report.items.length === 0 ? 'it has no references' : `${String(report.items.length)} checked`} (level ${report.level})`,
    )
}
