/** Where in a user's file an error comes from. */
import { pathToFileURL } from 'node:url'

/**
 * `FILE:LINE` of the topmost frame of an error's stack that lies in the user's code: in `path` if it is there, else
 * in any file outside of node_modules and Node itself. `undefined` where the stack names none.
 */
export function errorPlace(error: unknown, path: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const names = [pathToFileURL(path).href, path]
  for (const line of stack.split('\n')) {
    const name = names.find((each) => line.includes(`${each}:`))
    if (name === undefined) continue
    const number = /^:(\d+)/.exec(line.slice(line.indexOf(name) + name.length))?.[1]
    if (number !== undefined) return `${path}:${number}`
  }
  return undefined
}
