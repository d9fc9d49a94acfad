/** The environment of what runs on behalf of a run or of `exec`. */

/**
 * A copy without anything of Sotto's own: root keys, tokens, addresses. A process of a step asks by its socket, and
 * a variable that led it elsewhere would go around the record of who read what.
 */
export function environmentWithoutSotto(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SOTTO_')))
}
