/** Asks for the values of secrets that a stack refers to. */
import { scopes, SottoError } from '@sotto/sdk/model'
import type { Scope, SecretValue } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { scopeOf } from '../secret/scope.ts'
import { typedValue } from '../values/read-values.ts'
import type { Answers } from './register-secrets.ts'
import type { WantedKey, WantedSecret } from './wanted-secrets.ts'

/** Code: `interrupted`; then nothing was written. */
export async function askSecrets(
  call: Call,
  wanted: readonly WantedSecret[],
  what: string,
): Promise<{ answers: Answers; scope: Scope | undefined }> {
  const tell = (line: string): void => call.context.stderr.write(`${line}\n`)
  tell(
    `${what} refers to ${wanted.length === 1 ? '1 secret' : `${String(wanted.length)} secrets`}. Values do not show while you type.`,
  )
  tell('@FILE reads a file, an empty answer skips the key, Ctrl-C writes nothing.')
  const scope = scopeOf(call.input) ?? (wanted.some(({ exists }) => !exists) ? await askScope(call) : undefined)
  const answers = new Map<string, ReadonlyMap<string, SecretValue>>()
  for (const secret of wanted) {
    tell(`\nsecret ${secret.name} (${secret.exists ? `in scope ${secret.scope ?? 'user'}` : 'missing'})`)
    for (const { key, usedBy } of secret.keys) tell(`  ${key}: used by ${usedBy.join(', ')}`)
    const given = new Map<string, SecretValue>()
    for (const key of secret.keys) {
      const value = await askKey(call, secret.name, key)
      if (value !== undefined) given.set(key.key, value)
    }
    answers.set(secret.name, given)
  }
  return { answers, scope }
}

async function askScope(call: Call): Promise<Scope> {
  for (;;) {
    const answer = (await call.ask.line('scope of new secrets, user or workspace [user]: ')).trim()
    const scope = answer === '' ? 'user' : scopes.find((known) => known === answer || known.startsWith(answer))
    if (scope !== undefined) return scope
  }
}

/** `undefined` where it is skipped. A file that cannot be read is asked for again. */
async function askKey(call: Call, secret: string, { key, exists }: WantedKey): Promise<SecretValue | undefined> {
  const note = exists ? ' (exists; empty keeps it)' : ''
  for (;;) {
    const text = await call.ask.hidden(`  ${secret}.${key}${note}: `)
    if (text === '') return undefined
    try {
      return await typedValue(call.context, text)
    } catch (error) {
      if (!(error instanceof SottoError)) throw error
      call.print.warn([error.message, error.hint ?? []].flat().join('; '))
    }
  }
}
