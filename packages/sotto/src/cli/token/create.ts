/** `sotto token create [NAME]`: the token goes to standard output, once. */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseExpiry } from '../parse/parse-expiry.ts'
import { shortTime } from '../print/time.ts'

export async function createToken(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const now = context.now()
  const name = input.optionalArgument('NAME') ?? `token-${now.toISOString().slice(0, 10)}`
  const expiresAt = parseExpiry(input.text('ttl'), now) ?? undefined
  const thisWorkspace = input.flag('this-workspace') ? true : undefined
  const api = await call.api()
  const made = await api.createToken({ name, principal: input.text('for'), expiresAt, thisWorkspace })
  const text = print.format === 'json' ? JSON.stringify(made, undefined, 2) : made.text
  print.handOver(`${text}\n`, `the token is lost: sotto token revoke ${made.id}, and make another one`)
  print.say(`token ${shown(made.name)} acts as ${shown(made.principal)} until ${shortTime(made.expiresAt)}`)
  print.say('It is shown once and kept nowhere. Put it into SOTTO_TOKEN or a file that only its user reads.')
}
