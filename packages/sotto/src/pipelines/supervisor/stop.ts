/** How a run is told to stop. */

export interface Stop {
  /** Ask processes to end (SIGTERM), kill them after the grace. */
  readonly cancel: AbortSignal
  /** Kill them now. */
  readonly force: AbortSignal
  readonly graceMs: number
}
