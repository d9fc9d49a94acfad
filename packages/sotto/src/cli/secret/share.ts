/** `sotto secret share NAME` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function shareSecret({ api, input, print }: Call): Promise<undefined> {
  const secret = await (await api()).shareSecret({ secret: input.argument('NAME') })
  await print.changed(secret, [
    `shared secret ${shown(secret.name)} (scope workspace, version ${String(secret.version)}), with all its versions`,
    `who can read it: sotto access who-can read secret:${secret.name}`,
    `take it back: sotto secret unshare ${secret.name}`,
  ])
}
