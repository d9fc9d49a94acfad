/** `sotto trust list [--for SERVICE_ACCOUNT]` */
import type { Call } from '../command.ts'
import { claimsText } from './create.ts'

export async function listTrusts(call: Call): Promise<undefined> {
  const { print } = call
  const { trusts } = await (await call.api()).listTrusts({ serviceAccount: call.input.text('for') })
  await print.result({ items: trusts }, () => ({
    columns: ['NAME', 'KIND', 'FOR', 'WHERE', 'PINNED'],
    rows: trusts.map(({ name, kind, serviceAccount, claims, pinned }) => [
      name,
      kind,
      serviceAccount,
      claimsText(claims),
      claimsText(pinned),
    ]),
  }))
  if (print.format === 'table' && trusts.length === 0)
    print.say('there is none; make one: sotto trust create github NAME --for SERVICE_ACCOUNT --repository OWNER/NAME')
}
