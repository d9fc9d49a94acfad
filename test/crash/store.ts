/** The store of the crash test, for all its processes. */
import { builtInFlavors } from '../../packages/sotto/src/integrations/flavors.ts'
import { findPlaces } from '../../packages/sotto/src/connect/places.ts'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import type { OpenedService } from '../../packages/sotto/src/service/open-service.ts'

export function environmentOf(folder: string): { readonly SOTTO_HOME: string } {
  return { SOTTO_HOME: `${folder}/home` }
}

/** Opens it as `sotto` does with `SOTTO_HOME`, under a name that its events have. */
export async function openFolder(folder: string, osUser: string): Promise<OpenedService> {
  const env = environmentOf(folder)
  return await openService({ env, ...findPlaces(env), flavors: builtInFlavors, osUser })
}
