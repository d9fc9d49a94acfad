/** How a run that did not go well is told: what happened, what was done, and the next command. */
import { shellWord, SottoError } from '@sotto/sdk/model'
import type { CheckReport } from '@sotto/sdk/model'
import { parsePipelineAddress } from '../../pipelines/plan/load.ts'
import { checkFailed, isMissingSecret, isProblem } from '../stack/check-report.ts'
import { shortId } from './run-words.ts'
import type { RunRecord } from './run-record.ts'

interface RunErrorOptions {
  readonly record: RunRecord
  /** `churn.ts`, as it was given. */
  readonly address: string
}

/** The error to show for the one that the engine threw. */
export function runError(error: SottoError, { record, address }: RunErrorOptions): SottoError {
  if (error.code === 'check_failed' && record.report?.ok === false) return checkError(record.report, address)
  const { run } = record
  if (run === undefined) return error
  if (error.code === 'step_failed') return stepError(error, run.id)
  if (error.code === 'interrupted') return interruptedError(record, run.id)
  return error
}

/** Nothing has run: one command registers all that is missing, of the stack and of the pipeline. */
function checkError(report: CheckReport, address: string): SottoError {
  const problems = report.items.filter(isProblem)
  const { message, details, hint } = checkFailed(report, `pipeline ${address} on stack ${report.stack ?? 'none'}`)
  const missing = problems.filter(isMissingSecret)
  const ofPipeline = missing.some(({ place }) => /^(pipeline|step) /.test(place))
  const register = report.stack !== null && missing.length > 0 && ofPipeline
  return new SottoError('check_failed', message, {
    hint: register ? `sotto stack register-secrets ${report.stack} --pipeline ${shellWord(address)}` : hint,
    details: { ...details, file: parsePipelineAddress(address).file },
  })
}

/** The step's own advice comes before the next command, which is always its log. */
function stepError(error: SottoError, run: string): SottoError {
  const step = error.details['step']
  const advice = error.hint === undefined || error.hint.startsWith('sotto run logs') ? [] : [error.hint]
  return new SottoError('step_failed', error.message, {
    hint: `sotto run logs ${shortId(run)}${typeof step === 'string' ? ` --step ${step}` : ''}`,
    details: { ...error.details, ...(advice.length === 0 ? {} : { advice }) },
    cause: error,
  })
}

function interruptedError({ steps }: RunRecord, run: string): SottoError {
  const named = (states: readonly string[]): string =>
    [...steps]
      .filter(([, { state }]) => states.includes(state))
      .map(([id]) => id)
      .join(', ')
  const done = [
    ['completed', named(['completed'])],
    ['stopped', named(['cancelled', 'failed', 'running'])],
    ['never started', named(['waiting'])],
  ].filter(([, ids]) => ids !== '')
  return new SottoError('interrupted', `run ${shortId(run)} was cancelled`, {
    hint: `sotto run show ${shortId(run)}`,
    details: { run, done: done.map(([what, ids]) => `${String(what)}: ${String(ids)}`) },
  })
}
