/** The store that a server serves: the one of this environment, or another file. */
import { dirname, join, resolve } from 'node:path'
import { createIdentityVerifier } from '../identity/create-identity-verifier.ts'
import { builtInFlavors } from '../integrations/flavors.ts'
import { keyServices } from '../integrations/key-services.ts'
import { openService } from '../service/open-service.ts'
import type { OpenedService } from '../service/open-service.ts'
import { osUser } from './os-user.ts'
import { findPlaces } from './places.ts'

/** `file`: the database, with the logs of runs beside it. Codes as of `openService`. */
export function openServerStore(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Promise<OpenedService> {
  const places = findPlaces(env)
  const storePath = file === undefined ? places.storePath : resolve(file)
  const logsFolder = file === undefined ? places.logsFolder : join(dirname(storePath), 'logs')
  return openService({
    env,
    ...places,
    storePath,
    logsFolder,
    flavors: builtInFlavors,
    keyServices,
    osUser: osUser(),
    identities: createIdentityVerifier({ clock: Date.now }),
  })
}
