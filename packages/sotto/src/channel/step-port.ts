/**
 * The way out of a step's process, as the step runner leaves it for whoever asks for an Api there. Under `Symbol.for`,
 * like the registry of steps and for the same reason: runner, `sotto` and `sotto/pipelines` may be several copies.
 */

/** How code inside a step's process asks its supervisor. */
export interface StepPort {
  call(operation: string, input: unknown): Promise<unknown>
}

const place = Symbol.for('sotto.step-port')

function holder(): { [place]?: StepPort } {
  return globalThis as { [place]?: StepPort } // the symbol is ours: only setStepPort writes it
}

/** The port of the step in whose own process this runs; `undefined` anywhere else. */
export function stepPort(): StepPort | undefined {
  return holder()[place]
}

/** Makes this process a step's. */
export function setStepPort(port: StepPort): void {
  holder()[place] = port
}
