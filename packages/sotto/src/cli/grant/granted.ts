/** What a command of grants is about, and how grants are told. */
import { SottoError, rights, roles, shown } from '@sotto/sdk/model'
import type { Grant, Granted, GrantInput } from '@sotto/sdk/model'
import type { ParsedInput } from '../parse/parsed-input.ts'
import { parseObject } from './parse-object.ts'

/** Code: `usage`. */
export function grantOf(input: ParsedInput, principalOption: string): GrantInput {
  const word = input.argument('ROLE|RIGHT')
  const granted = [...roles, ...rights].find((known): known is Granted => known === word)
  if (granted === undefined)
    throw new SottoError('usage', `${shown(word)} is neither a role nor a right`, {
      hint: `roles: ${roles.join(', ')}; rights: ${rights.join(', ')}`,
    })
  const principal = input.text(principalOption)
  if (principal === undefined) throw new SottoError('usage', `--${principalOption} PRINCIPAL is missing`)
  const on = input.text('on')
  const everywhere = input.flag('everywhere') ? true : undefined
  return { principal, grant: granted, ...(on === undefined ? {} : parseObject(on)), everywhere }
}

/** `read on secret prod-*` */
export function grantWords({ grant, kind, name, everywhere }: Grant): string {
  const on = kind === undefined ? (name === '*' ? '' : ` on ${name}`) : ` on ${kind} ${name}`
  return `${grant}${on}${everywhere ? ', everywhere' : ''}`
}
