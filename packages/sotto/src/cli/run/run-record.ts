/** What is known of a run while it goes on: gathered from its events, read by the views and by errors. */
import type { CheckReport, Run } from '@sotto/sdk/model'
import type { EndState, RunEvent } from '../../pipelines/engine/observer.ts'

export interface StepRecord {
  readonly state: EndState | 'waiting' | 'running'
  /** By `performance.now()`. */
  readonly startedMs?: number
  readonly tookMs?: number
}

export class RunRecord {
  report: CheckReport | undefined
  run: Run | undefined
  /** In the order of the plan. */
  readonly steps: Map<string, StepRecord> = new Map()

  /** Takes an event in. */
  add(event: RunEvent): void {
    if (event.kind === 'checked') this.report = event.report
    if (event.kind === 'run started') for (const { id } of event.plan.nodes) this.steps.set(id, { state: 'waiting' })
    if (event.kind === 'run started' || event.kind === 'run ended') this.run = event.run
    if (event.kind === 'step started') this.steps.set(event.step, { state: 'running', startedMs: performance.now() })
    if (event.kind === 'step ended') this.steps.set(event.step, { state: event.state, tookMs: event.durationMs })
  }
}
