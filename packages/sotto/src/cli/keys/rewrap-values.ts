/** Seals all values anew that lie under older keys, step by step. */
import type { Api } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export interface RewrapTotal {
  readonly rewrapped: number
  /** Values that do not open. */
  readonly unreadable: readonly string[]
}

/** Others get their turn at the store in between: it is not as urgent as what they do. */
const pauseMs = 5
/** On a terminal a line is written this often. */
const tellEveryMs = 2000

export async function rewrapAll({ print, context }: Call, api: Api): Promise<RewrapTotal> {
  let rewrapped = 0
  const unreadable: string[] = []
  let toldAtMs = context.now().getTime()
  for (let after: string | undefined = ''; after !== undefined;) {
    const step = await api.rewrapValues({ after })
    rewrapped += step.rewrapped
    unreadable.push(...step.unreadable)
    after = step.next
    if (after === undefined) break
    if (context.stderr.isTerminal && context.now().getTime() - toldAtMs > tellEveryMs) {
      toldAtMs = context.now().getTime()
      print.say(`${String(rewrapped)} values sealed anew so far`)
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return { rewrapped, unreadable }
}
