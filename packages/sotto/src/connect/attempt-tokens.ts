/**
 * What is asked of a server on behalf of an attempt is asked with the attempt's own token, which the server gave when the
 * attempt began: it reaches no further than the attempt may, and ends with it. Whoever works with the Api need not know.
 */
import type { Api, Id } from '@sotto/sdk/model'

/** `apiOf` gives the Api of another token. */
export function withAttemptTokens(api: Api, apiOf: (token: string) => Api): Api {
  const attempts = new Map<Id, Api>()
  const as = (attempt: Id | undefined): Api => (attempt === undefined ? undefined : attempts.get(attempt)) ?? api
  const ours: Pick<Api, 'startAttempt' | 'resolveReferences' | 'resolveSecrets' | 'appendRunLog' | 'finishAttempt'> = {
    startAttempt: async (input) => {
      const { token, ...attempt } = await api.startAttempt(input)
      if (token !== undefined) attempts.set(attempt.id, apiOf(token))
      return attempt
    },
    resolveReferences: (input) => as(input.attempt).resolveReferences(input),
    resolveSecrets: (input) => as(input.attempt).resolveSecrets(input),
    appendRunLog: (input) => as(input.attempt).appendRunLog(input),
    finishAttempt: async (input) => {
      const ended = await as(input.attempt).finishAttempt(input)
      attempts.delete(input.attempt)
      return ended
    },
  }
  return { ...api, ...ours }
}
