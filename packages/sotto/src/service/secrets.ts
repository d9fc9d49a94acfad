/** Operations on secrets. */
import type { Handlers } from './door.ts'
import { getSecret } from './lookup.ts'
import { describe } from './secret-description.ts'

export const secretHandlers: Handlers<'describeSecret'> = {
  describeSecret: async (call, input) => describe(call, await getSecret(call, input)),
}
