/** `sotto run start FILE[#PIPELINE]`: checks every reference, then runs the steps on this machine. */
import { isSottoError } from '@sotto/sdk/model'
import type { Json, Run } from '@sotto/sdk/model'
import { trackers } from '../../integrations/trackers.ts'
import { runPlan } from '../../pipelines/engine/local.ts'
import type { RunEvent } from '../../pipelines/engine/observer.ts'
import { takeInterrupts } from '../../pipelines/interrupt.ts'
import type { Interrupt } from '../../pipelines/interrupt.ts'
import { defaultPlaces } from '../../pipelines/places.ts'
import { parseParameters } from '../../pipelines/plan/parameters.ts'
import type { Call } from '../command.ts'
import type { Facts } from '../print/table.ts'
import { choose, tellingSource } from '../project/project-choice.ts'
import { loadAddress } from './pipeline-needs.ts'
import { makeProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { runError } from './run-error.ts'
import { RunRecord } from './run-record.ts'
import { shortId, tookText } from './run-words.ts'

/** A longer result is for a program: `-o json`. */
const longestResult = 400

export async function startRun(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const address = input.argument('FILE')
  const parameters = parseParameters(input.attributes.map(({ name, text }) => [name, text] as const))
  const choice = await choose(context, { stack: input.text('stack'), level: input.text('level') })
  const { stack, level } = choice
  const { plan, folder } = await loadAddress(context, address)
  const api = await call.api()
  const record = new RunRecord()
  const progress = makeProgress(call, record)
  const interrupt = takeInterrupts()
  tellInterrupts(interrupt, progress)
  try {
    const env = { ...context.env }
    const observer = (event: RunEvent): void => {
      record.add(event)
      progress.show(event)
    }
    const { signal, forceSignal } = interrupt
    const given = { api, plan, folder, parameters, stack, level, env, trackers, observer, signal, forceSignal }
    const { run, maskedResult: result } = await tellingSource(choice, () =>
      runPlan({ ...given, places: defaultPlaces(env) }),
    )
    progress.end()
    await print.result({ ...run, result }, () => factsOf(run, result, context.now()))
    if (print.format === 'table')
      print.say(`its output: sotto run logs ${shortId(run.id)}   who read what: sotto run secrets ${shortId(run.id)}`)
  } catch (error) {
    progress.end()
    // A program learns of the run also where it failed.
    if (record.run !== undefined && print.format !== 'table') await print.result(record.run, () => ({ facts: [] }))
    throw isSottoError(error) ? runError(error, { record, address }) : error
  } finally {
    interrupt.release()
  }
}

function tellInterrupts({ signal, forceSignal }: Interrupt, progress: Progress): void {
  signal.addEventListener('abort', () => {
    progress.say('stopping: the steps were asked to end; Ctrl-C again kills them')
  })
  forceSignal.addEventListener('abort', () => {
    progress.say('killing the steps')
  })
}

function factsOf(run: Run, result: Json, now: Date): Facts {
  const text = JSON.stringify(result)
  return {
    facts: [
      ['run', run.id],
      ['state', run.state],
      ['took', tookText(run, now)],
      ['result', text.length > longestResult ? `${text.slice(0, longestResult)}… (all of it: -o json)` : text],
    ],
  }
}
