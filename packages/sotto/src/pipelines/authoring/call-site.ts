/** Finds the file that defines a step or pipeline: a step's process must import it again. */
import { fileURLToPath } from 'node:url'
import { SottoError } from '@sotto/sdk/model'

/** Frames above the caller of `definingFile`: this function, the authoring function, the user's code. */
const USER_FRAME = 2

/**
 * Path of the file that called the caller of this function. To be called directly by the function that users call,
 * since it counts frames. Throws `pipeline_invalid` where no file is, as in `node -e`.
 */
export function definingFile(what: string): string {
  // Not imported: importing node:util as a module costs each step's process 10 ms, a third of an empty one.
  const { getCallSites } = process.getBuiltinModule('node:util')
  const script = getCallSites(USER_FRAME + 1)[USER_FRAME]?.scriptName ?? ''
  if (script.startsWith('file:')) return fileURLToPath(script)
  if (script.startsWith('/') || /^[A-Za-z]:[\\/]/.test(script)) return script
  throw new SottoError('pipeline_invalid', `${what} is not defined in a file`, {
    hint: 'write it into a .ts or .js file: the process of a step imports that file',
  })
}
