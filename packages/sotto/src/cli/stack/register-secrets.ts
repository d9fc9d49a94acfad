/** `sotto stack register-secrets [STACK]`: asks for every secret that is missing and writes them all at once. */
import { emptyRecord, SottoError } from '@sotto/sdk/model'
import type { CheckInput, Scope, SecretInput, SecretValue, SecretWrite } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { choose, tellingSource } from '../project/project-choice.ts'
import { scopeOf } from '../secret/scope.ts'
import { writeWords } from '../secret/write-words.ts'
import { checkFailed, isMissingSecret, stackName } from './check-report.ts'
import type { WantedSecret } from './wanted-secrets.ts'
import { wantedSecrets } from './wanted-secrets.ts'

/** Values by secret and key. */
export type Answers = ReadonlyMap<string, ReadonlyMap<string, SecretValue>>

export async function registerSecrets(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const choice = await choose(call.context, { stack: input.optionalArgument('STACK') })
  const question = { stack: choice.stack, level: 'SECRET_AND_KEY_EXISTS', ...(await needsOfPipeline(call)) } as const
  const report = await tellingSource(choice, () => api.checkReferences(question))
  const all = wantedSecrets(report)
  const wanted = input.flag('skip-existing') ? all.flatMap(missingPart) : all
  const { answers, scope } = await gather(call, wanted, stackName(report))
  const secrets = inputsOf(wanted, answers, scope)
  call.ask.done()
  const writes: readonly SecretWrite[] = secrets.length === 0 ? [] : (await api.setSecrets({ secrets })).secrets
  await print.changed({ secrets: writes }, [
    ...new Set(writes.flatMap((write) => writeWords(write, call.context.now()))),
  ])
  const after = secrets.length === 0 ? report : await api.checkReferences(question)
  if (after.items.some(isMissingSecret)) throw checkFailed(after, stackName(after))
  if (print.format !== 'table') return
  // What else is wrong is no matter of secrets; the check tells it with its own exit code.
  if (after.ok) print.say(`${stackName(after)} is ready: every reference can be resolved`)
  else
    print.warn(
      `every secret is there, but ${checkFailed(after, stackName(after)).message}; see: sotto stack check ${after.stack ?? ''}`,
    )
}

/** What the settings and steps of a pipeline name, with `--pipeline`. */
async function needsOfPipeline({ input, context }: Call): Promise<Pick<CheckInput, 'settings' | 'secrets'>> {
  const address = input.text('pipeline')
  if (address === undefined) return {}
  const { pipelineNeeds } = await import('../run/pipeline-needs.ts')
  return pipelineNeeds(context, address)
}

function missingPart(secret: WantedSecret): readonly WantedSecret[] {
  const keys = secret.keys.filter(({ exists }) => !exists)
  return keys.length === 0 ? [] : [{ ...secret, keys }]
}

interface Gathered {
  readonly answers: Answers
  /** The scope of secrets that are made. */
  readonly scope: Scope | undefined
}

/** From `--values`, from the environment, or by asking; one of them. */
async function gather(call: Call, wanted: readonly WantedSecret[], what: string): Promise<Gathered> {
  const { input, ask } = call
  const values = input.text('values')
  const scope = scopeOf(input)
  if (values !== undefined && input.flag('from-env'))
    throw new SottoError('usage', '--values and --from-env are given together', { hint: 'give one of them' })
  if (values !== undefined)
    return { answers: await (await import('./given-secrets.ts')).fromValues(call, wanted, values), scope }
  if (input.flag('from-env'))
    return { answers: (await import('./given-secrets.ts')).fromEnvironment(call, wanted), scope }
  if (wanted.length === 0) return { answers: new Map(), scope }
  // Nobody there to change what exists, and nothing missing: a script may run it again and again.
  if (!ask.canAsk && wanted.every(({ keys }) => keys.every(({ exists }) => exists)))
    return { answers: new Map(), scope }
  if (!ask.canAsk)
    throw new SottoError('usage', 'there is no terminal to ask for values', {
      hint: 'give them with --values @FILE or --from-env',
    })
  return (await import('./ask-secrets.ts')).askSecrets(call, wanted, what)
}

/** Existing secrets keep their scope; new ones get the chosen one. */
function inputsOf(wanted: readonly WantedSecret[], answers: Answers, scope: Scope | undefined): readonly SecretInput[] {
  return wanted.flatMap((secret) => {
    const given = answers.get(secret.name)
    if (given === undefined || given.size === 0) return []
    const values = emptyRecord<SecretValue>()
    for (const [key, value] of given) values[key] = value
    return [{ name: secret.name, scope: secret.exists ? secret.scope : scope, values }]
  })
}
