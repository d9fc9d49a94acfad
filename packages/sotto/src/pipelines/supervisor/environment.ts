/** What the processes of steps and of `exec` inherit of our environment. */

/**
 * A copy without anything of Sotto's own: root keys, tokens, addresses. A process of a step asks by its socket, and
 * a variable that led it elsewhere would go around the record of who read what.
 */
export function environmentWithoutSotto(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = namesOfLogin(env)
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SOTTO_') && !ours.includes(name)))
}

/** What says where the store is, and not how to open it. */
const places = ['SOTTO_HOME', 'SOTTO_URL', 'SOTTO_WORKSPACE', 'SOTTO_SECRET_VALIDATION_LEVEL', 'SOTTO_STEP_SOCKET']

/** A copy without Sotto's keys and tokens, for a command under `exec`, which may call `sotto` again as its user. */
export function environmentWithoutCredentials(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = namesOfLogin(env)
  const keeps = (name: string, value = ''): boolean => {
    if (name === 'SOTTO_STORE') return !/^postgres/i.test(value)
    return name.startsWith('SOTTO_') ? places.includes(name) : !ours.includes(name)
  }
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => keeps(name, value)))
}

/** Where the store lies in a database, the variables of its clients let us into the store. */
function namesOfLogin(env: NodeJS.ProcessEnv): readonly string[] {
  return /^postgres/i.test(env['SOTTO_STORE'] ?? '') ? ['PGPASSWORD', 'PGPASSFILE'] : []
}
