/** Shows a run while it goes on: live on a terminal, in plain lines elsewhere. The output itself is in the log, whole. */
import type { RunEvent } from '../../pipelines/engine/observer.ts'
import type { Call } from '../command.ts'
import { expiryWarnings } from '../stack/check-report.ts'
import { styleFor } from '../print/style.ts'
import { OutputLines } from './output-lines.ts'
import { LiveView } from './live-view.ts'
import { PlainView } from './plain-view.ts'
import type { ProgressView } from './progress-view.ts'
import type { RunRecord } from './run-record.ts'
import { durationText, shortId, stateText } from './run-words.ts'

export interface Progress {
  show(event: RunEvent): void
  /** A line for a person, among those of the steps. */
  say(text: string): void
  end(): void
}

/** Nothing is shown with `--quiet`. */
export function makeProgress(call: Call, record: RunRecord): Progress {
  const { context, print, input } = call
  const style = styleFor(context.env, context.stderr)
  const live = context.stderr.isTerminal && context.env['TERM'] !== 'dumb' && !print.structured
  const view: ProgressView = live ? new LiveView(context.stderr, record, style) : new PlainView(call)
  const lines = new OutputLines({ colours: context.stderr.isTerminal && style('bold', 'x') !== 'x' })
  if (input.flag('quiet')) return { show: () => {}, say: () => {}, end: () => {} }

  const widest = (): number => Math.max(0, ...[...record.steps.keys()].map((id) => id.length))
  const tell = (step: string, text: string, mark = ' '): void => {
    view.line(`${style('dim', `${step.padEnd(widest())} ${mark}`)} ${text}`)
  }
  const show = (event: RunEvent): void => {
    switch (event.kind) {
      case 'checked':
        if (event.report.ok && event.report.items.length > 0)
          view.line(`checked: ${countOf(event.report.items.length)}, all can be resolved`)
        for (const warning of expiryWarnings(event.report)) view.line(`warning: ${warning}`)
        break
      case 'run started':
        view.line(
          `run ${shortId(event.run.id)} of ${event.plan.pipeline} has ${event.plan.nodes.length === 1 ? '1 step' : `${String(event.plan.nodes.length)} steps`}`,
        )
        break
      case 'step started':
        if (!live) tell(event.step, event.number === 1 ? 'started' : `started, try ${String(event.number)}`)
        break
      case 'tracked':
        if (event.url !== '') tell(event.step, `tracked at ${event.url}`)
        break
      case 'output':
        for (const line of lines.add(event)) tell(event.step, line, '|')
        break
      case 'warning':
        if (event.step === undefined) view.line(`warning: ${event.message}`)
        else tell(event.step, `warning: ${event.message}`)
        break
      case 'step ended':
        for (const line of lines.rest(event.step)) tell(event.step, line, '|')
        // The error itself ends the command, and is told then.
        if (!live) tell(event.step, `${stateText(event.state, style)} in ${durationText(event.durationMs)}`)
        break
      case 'steps skipped':
        if (!live) view.line(`never started: ${event.steps.join(', ')}`)
        break
      case 'run ended':
        break
      default:
        event satisfies never
    }
    view.update()
  }
  return {
    show,
    say: (text) => {
      view.line(text)
    },
    end: () => {
      view.end()
    },
  }
}

function countOf(items: number): string {
  return items === 1 ? '1 reference' : `${String(items)} references`
}
