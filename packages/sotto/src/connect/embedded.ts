/** The store on this machine, in this process. */
import { userInfo } from 'node:os'
import { builtInFlavors } from '../integrations/flavors.ts'
import { openService } from '../service/open-service.ts'
import type { Connection } from './connect.ts'
import { findPlaces } from './places.ts'

/** Opens the embedded store of this environment, making it on first use. Codes as of `openService`. */
export function openEmbedded(env: Readonly<Record<string, string | undefined>>): Promise<Connection> {
  return openService({ env, ...findPlaces(env), flavors: builtInFlavors, osUser: osUser() })
}

/** A label only. Containers often run under a number without a name. */
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${String(process.getuid?.() ?? '')}`
  }
}
