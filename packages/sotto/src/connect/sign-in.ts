/** Signing in to a server: its token is tried before it is kept. */
import type { Api, WhoAmI } from '@sotto/sdk/model'
import type { Context } from './contexts.ts'
import { openHttp, requireServerUrl } from './http.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface SignedIn {
  /** As it is to be kept: the address in its one form. */
  readonly context: Context
  readonly who: WhoAmI
}

/** Codes as of `connect`, and those of `whoAmI`. */
export async function signIn(env: Environment, context: Context): Promise<SignedIn> {
  const url = requireServerUrl(context.url, env)
  const connection = openHttp(env, { ...context, url })
  try {
    const api: Api = connection.api
    return { context: { ...context, url }, who: await api.whoAmI({}) }
  } finally {
    await connection.close()
  }
}
