/**
 * Is a history of one register with compare-and-set linearizable? That is: is there an order of all operations, each taking
 * effect at one moment between its call and its answer, in which every answer is right? After Wing and Gong, "Testing and
 * verifying concurrent objects" (1993), with states that were seen remembered (Lowe, 2017). Operations of one process follow
 * each other, so what has been ordered is one number per process, and the search is bounded by their product.
 */
export type Operation = {
  readonly process: number
  /** When it was called and answered, of a clock that all processes share. */
  readonly calledAt: bigint
  readonly answeredAt: bigint
} & (
  | { readonly kind: 'read'; readonly version: number; readonly value: string }
  /** Writes the value if the version is the expected one; `done` says whether it was. */
  | { readonly kind: 'write'; readonly expected: number; readonly value: string; readonly done: boolean }
)

interface State {
  readonly version: number
  readonly value: string
}

/** Each needs few steps for a history that is right; a wrong one is searched as a whole. */
const mostSteps = 2_000_000

export function isLinearizable(history: readonly Operation[], initial: State): boolean {
  const processes = [...new Set(history.map(({ process }) => process))]
  const queues = processes.map((process) =>
    history.filter((each) => each.process === process).toSorted((a, b) => (a.calledAt < b.calledAt ? -1 : 1)),
  )
  const seen = new Set<string>()
  let steps = 0
  const search = (places: readonly number[], state: State): boolean => {
    if (places.every((place, index) => place === queues[index]?.length)) return true
    const key = `${places.join()} ${String(state.version)} ${state.value}`
    if (seen.has(key)) return false
    seen.add(key)
    steps += 1
    if (steps > mostSteps) throw new Error('the history is too long to be searched')
    const next = queues.map((queue, index) => queue[places[index] ?? 0])
    // What was answered before another was called comes before it.
    const ends = next.flatMap((each) => (each === undefined ? [] : [each.answeredAt]))
    const earliestEnd = ends.reduce((least, end) => (end < least ? end : least))
    return next.some((operation, index) => {
      if (operation === undefined || operation.calledAt > earliestEnd) return false
      const after = apply(operation, state)
      return after !== undefined && search(places.with(index, (places[index] ?? 0) + 1), after)
    })
  }
  return search(
    queues.map(() => 0),
    initial,
  )
}

/** The state behind it; `undefined` where its answer would be wrong. */
function apply(operation: Operation, state: State): State | undefined {
  if (operation.kind === 'read')
    return operation.version === state.version && operation.value === state.value ? state : undefined
  if (operation.done !== (operation.expected === state.version)) return undefined
  return operation.done ? { version: state.version + 1, value: operation.value } : state
}
