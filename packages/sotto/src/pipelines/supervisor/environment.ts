/** What the processes of steps and of `exec` inherit of our environment. */

/**
 * A copy without anything of Sotto's own: root keys, tokens, addresses. A process of a step asks by its socket, and
 * a variable that led it elsewhere would go around the record of who read what.
 */
export function environmentWithoutSotto(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SOTTO_')))
}

/** What says where the store is, and not how to open it. */
const places = ['SOTTO_HOME', 'SOTTO_URL', 'SOTTO_WORKSPACE', 'SOTTO_SECRET_VALIDATION_LEVEL', 'SOTTO_STEP_SOCKET']

/** A copy without Sotto's keys and tokens, for a command under `exec`, which may call `sotto` again as its user. */
export function environmentWithoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SOTTO_') || places.includes(name)))
}
