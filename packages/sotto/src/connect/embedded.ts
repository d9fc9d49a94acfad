/** The store on this machine, in this process. */

import { builtInFlavors } from '../integrations/flavors.ts'
import { keyServices } from '../integrations/key-services.ts'
import { openService } from '../service/open-service.ts'
import type { Connection } from './connect.ts'
import { osUser } from './os-user.ts'
import { findPlaces } from './places.ts'

/** Opens the embedded store of this environment, making it on first use. Codes as of `openService`. */
export function openEmbedded(env: Readonly<Record<string, string | undefined>>): Promise<Connection> {
  return openService({ env, ...findPlaces(env), flavors: builtInFlavors, keyServices, osUser: osUser() })
}
