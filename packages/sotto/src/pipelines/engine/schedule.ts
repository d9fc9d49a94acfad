/** Runs nodes in the order of their needs, so many at a time, and stops starting them when one fails. */

export interface Scheduled {
  readonly id: string
  readonly needs: readonly string[]
}

/**
 * Starts each node when all it needs have run. `run` answers whether to go on. Returns the ids of nodes that never
 * started. Rejects with the first rejection of `run`, after all that were started have settled.
 */
export async function runInOrder(
  nodes: readonly Scheduled[],
  limit: number,
  run: (id: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const waiting = new Map(nodes.map(({ id, needs }) => [id, new Set(needs)]))
  const followers = new Map<string, string[]>()
  for (const { id, needs } of nodes)
    for (const need of new Set(needs)) followers.set(need, [...(followers.get(need) ?? []), id])
  const ready = nodes.filter(({ needs }) => needs.length === 0).map(({ id }) => id)
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  let going = true

  const start = (id: string): void => {
    waiting.delete(id)
    const work = run(id)
      .then(
        (goOn) => {
          going &&= goOn
          for (const follower of followers.get(id) ?? []) {
            const needs = waiting.get(follower)
            needs?.delete(id)
            if (needs?.size === 0) ready.push(follower)
          }
        },
        (error: unknown) => {
          going = false
          failures.push(error)
        },
      )
      .finally(() => running.delete(work))
    running.add(work)
  }

  for (;;) {
    for (
      let id = going && running.size < limit ? ready.shift() : undefined;
      id !== undefined;
      id = running.size < limit ? ready.shift() : undefined
    )
      start(id)
    if (running.size === 0) break
    await Promise.race(running)
  }
  if (failures.length > 0) throw failures[0]
  return [...waiting.keys()]
}
