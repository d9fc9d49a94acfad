/** `sotto trust create KIND NAME --for SERVICE_ACCOUNT` */
import { emptyRecord, shown, SottoError } from '@sotto/sdk/model'
import type { Trust, TrustClaims, TrustKind } from '@sotto/sdk/model'
import { findServer } from '../../connect/connect.ts'
import type { Call } from '../command.ts'
import type { Environment } from '../context.ts'
import { readFile } from '../values/read-file.ts'
import { claimOptions } from '../table/trust.ts'

export async function createTrust(call: Call): Promise<undefined> {
  const { input, print, context } = call
  const serviceAccount = input.text('for')
  if (serviceAccount === undefined)
    throw new SottoError('usage', 'a trust is for a service account', { hint: '--for SERVICE_ACCOUNT' })
  const keys = input.text('key-set')
  const trust = await (
    await call.api()
  ).createTrust({
    name: input.argument('NAME'),
    kind: input.argument('KIND') as TrustKind, // the service refuses another word
    serviceAccount,
    issuer: input.text('issuer'),
    audience: input.text('audience') ?? addressOfServer(context.env),
    claims: claimsOf(call),
    keySet: keys === undefined ? undefined : Buffer.from(await readFile(context, keys)).toString('utf8'),
    once: input.flag('once') || (input.flag('many') ? false : undefined),
    lifetimeSeconds: input.integer('lifetime'),
  })
  await print.changed(trust, [
    `tokens of ${trust.issuer} for ${shown(trust.audience)} sign in as service account ${shown(trust.serviceAccount)}`,
    `where ${claimsText(trust.claims)}`,
    `next: ${nextOf(trust)}`,
  ])
  for (const warning of warningsOf(trust)) print.warn(warning)
}

/** The address of the server is the one audience that no other service has. */
function addressOfServer(env: Environment): string {
  const server = findServer(env)
  if (server !== undefined) return server.url.replace(/\/+$/, '')
  throw new SottoError('usage', 'the trust needs an audience: what its tokens are for', {
    hint: 'give the address by which runners reach the server: --audience https://sotto.example',
  })
}

/** Options of their own for what is asked for most, and `--claim` for all others. */
function claimsOf({ input }: Call): TrustClaims {
  const claims = emptyRecord<string>()
  const add = (name: string, text: string): void => {
    if (Object.hasOwn(claims, name)) throw new SottoError('usage', `claim ${shown(name)} is given twice`)
    claims[name] = text
  }
  for (const { option, claim } of claimOptions) {
    const text = input.text(option)
    if (text !== undefined) add(claim, text)
  }
  for (const given of input.list('claim')) {
    const at = given.indexOf('=')
    if (at < 1)
      throw new SottoError('usage', `--claim ${shown(given)} has no value`, { hint: 'write it as --claim sub=TEXT' })
    add(given.slice(0, at), given.slice(at + 1))
  }
  return claims
}

export function claimsText(claims: TrustClaims): string {
  return Object.entries(claims)
    .map(([name, text]) => `${name} is ${text}`)
    .join(' and ')
}

function nextOf({ kind, name }: Trust): string {
  const variables = kind === 'github' || kind === 'gitlab' || kind === 'kubernetes' ? kind : 'file'
  return `in the job: SOTTO_URL and SOTTO_AUTH=${variables} (SOTTO_TRUST=${name} where its tokens fit others too)`
}

/** What lets in more than most people think of. */
function warningsOf({ kind, claims }: Trust): readonly string[] {
  const narrowing = ['ref', 'environment', 'sub', 'workflow_ref', 'job_workflow_ref', 'ref_protected']
  if ((kind !== 'github' && kind !== 'gitlab') || narrowing.some((claim) => claims[claim] !== undefined)) return []
  return ['any branch and any job of it may sign in, so whoever may push to one; narrow it with --environment or --ref']
}
