/**
 * Remembers for a while who a credential stands for, so that the look-up of a token is not paid with each request. That is
 * safe: every call of the service looks at token and principal again, so a revoked one is refused at once. Credentials are
 * kept by their digest alone.
 */
import { hash } from 'node:crypto'
import { SottoError } from '@sotto/sdk/model'
import type { Actor } from '../service/parts.ts'
import type { Authenticate, Presented } from './parts.ts'

const mostKnown = 10_000

export interface KnownCallers {
  readonly authenticate: Authenticate
  /** Forgets an actor that was refused. */
  readonly forget: (actor: Actor) => void
}

/** `look` is asked for credentials that are not known. A missing one is `not_signed_in`. */
export function rememberCallers(
  look: (credential: string, place: { workspace: string }) => Promise<Actor>,
): KnownCallers {
  const known = new Map<string, Actor>()
  const keys = new WeakMap<Actor, string>()
  const find = async (key: string, credential: string, workspace: string): Promise<Actor> => {
    const actor = await look(credential, { workspace })
    // The oldest goes: a map keeps the order in which its entries came.
    for (const oldest of known.keys()) {
      if (known.size < mostKnown) break
      known.delete(oldest)
    }
    known.set(key, actor)
    keys.set(actor, key)
    return actor
  }
  return {
    authenticate: ({ credential, workspace }: Presented) => {
      if (credential === undefined) throw noCredential()
      const key = hash('sha256', `${workspace} ${credential}`, 'base64')
      return known.get(key) ?? find(key, credential, workspace)
    },
    forget: (actor) => {
      const key = keys.get(actor)
      if (key !== undefined) known.delete(key)
    },
  }
}

function noCredential(): SottoError {
  return new SottoError('not_signed_in', 'the request has no credential', {
    hint: 'send Authorization: Bearer and a token; sotto token create makes one',
  })
}
