/** The store that a server serves: the one of this environment, another file, or a database. */
import { dirname, join, resolve } from 'node:path'
import { SottoError } from '@sotto/sdk/model'
import { createIdentityVerifier } from '../identity/create-identity-verifier.ts'
import { builtInFlavors } from '../integrations/flavors.ts'
import { keyServices } from '../integrations/key-services.ts'
import { openService } from '../service/open-service.ts'
import type { OpenedService } from '../service/open-service.ts'
import { liesInDatabase } from '../store/store-place.ts'
import { osUser } from './os-user.ts'
import { findPlaces } from './places.ts'

/** `file`: the database, with the logs of runs beside it, or the URL of one. Codes as of `openService`. */
export function openServerStore(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): Promise<OpenedService> {
  const places = findPlaces(env)
  const storePath = file === undefined ? places.storePath : liesInDatabase(file) ? withoutPassword(file) : resolve(file)
  const logsFolder = file === undefined || liesInDatabase(file) ? places.logsFolder : join(dirname(storePath), 'logs')
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

/** Every user of this machine can see the arguments of a program. Throws `usage`. */
function withoutPassword(url: string): string {
  if (!/^[^/]*\/\/[^/@]*:[^/@]*@/.test(url)) return url
  throw new SottoError('usage', 'a password in an argument can be seen by every user of this machine', {
    hint: 'leave it out of the URL, and name a file with it in SOTTO_STORE_PASSWORD_FILE',
  })
}
