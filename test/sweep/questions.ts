/** Everything that can be asked of a store without changing it, as questions whose answers can be compared. */
import { isSottoError, operations } from '@sotto/sdk/model'
import type { Api, ErrorCode, OperationName } from '@sotto/sdk/model'
import type { World } from './world.ts'

export interface Question {
  readonly name: string
  readonly operation: OperationName
  ask(api: Api): Promise<unknown>
}

/** The answer as JSON, or the code of its error; `crash` for an error that is none of ours. */
export type Outcome = { readonly answer: string } | { readonly code: ErrorCode | 'crash'; readonly message: string }

export const liveSecrets = [
  { secret: 'shared', scope: 'user' },
  { secret: 'shared', scope: 'workspace' },
  { secret: 'api', scope: 'workspace' },
  { secret: 'many', scope: 'user' },
  { secret: 'renamed', scope: 'user' },
  { secret: 'freed', scope: 'user' },
  { secret: 'tracking', scope: 'workspace' },
] as const

const tracker = 'experiment-tracker'

/**
 * In this order: reveals add events and come last. `ids` are those of live secrets, `versions` how many each has, in the
 * order of `liveSecrets`.
 */
export function makeQuestions(
  world: World,
  secrets: readonly { readonly id: string; readonly versions: number; readonly keys: readonly string[] }[],
): readonly Question[] {
  const questions: Question[] = []
  const add = <N extends OperationName>(operation: N, input: Parameters<Api[N]>[0]): void => {
    const ask = async (api: Api): Promise<unknown> => {
      const method = api[operation] as (given: Parameters<Api[N]>[0]) => Promise<unknown> // the operation's own input
      return method(input)
    }
    questions.push({ name: `${operation} ${JSON.stringify(input)}`, operation, ask })
  }
  add('listAudit', { limit: 1000 })
  add('describeStore', {})
  add('listWorkspaces', {})
  addSecrets(add, secrets)
  addComponents(add)
  addRuns(add, world)
  addPrincipals(add)
  addReveals(add, secrets, world)
  return questions
}

type Add = <N extends OperationName>(operation: N, input: Parameters<Api[N]>[0]) => void

function addSecrets(add: Add, secrets: readonly { readonly id: string }[]): void {
  for (const [index, selector] of liveSecrets.entries()) {
    add('describeSecret', { secret: secrets[index]!.id })
    add('describeSecret', selector)
    add('listSecretVersions', selector)
    add('listSecretUses', selector)
  }
  for (const secret of ['shared', 'api', 'gone', 'freed', 'purged']) add('describeSecret', { secret })
  add('listSecrets', {})
  add('listSecrets', { scope: 'workspace', sort: '-updated' })
  add('listSecrets', { key: 'password', sort: 'created' })
  add('listSecrets', { labels: { team: 'user' } })
  add('listSecrets', { name: 'api' })
  add('listSecrets', { deleted: true })
  add('listSecrets', { namePrefix: 're' })
}

function addComponents(add: Add): void {
  add('describeFlavor', { type: tracker, flavor: 'house' })
  add('listFlavors', { type: tracker })
  for (const component of ['house', 'mlflow']) add('describeComponent', { type: tracker, component })
  for (const type of ['orchestrator', 'artifact-store'] as const)
    add('describeComponent', { type, component: 'default' })
  add('listComponents', {})
  for (const stack of [undefined, 'default', 'staging', 'prod']) {
    add('describeStack', { stack })
    add('describeStackTrust', { stack })
    add('checkReferences', { stack, secrets: [{ place: 'step load', name: 'api' }] })
  }
  add('listStacks', {})
}

function addRuns(add: Add, world: World): void {
  for (const run of world.runs) {
    add('describeRun', { run })
    add('listRunSecrets', { run })
    add('readRunLog', { run })
  }
  add('listRuns', {})
}

function addPrincipals(add: Add): void {
  add('whoAmI', {})
  for (const principal of [undefined, 'local', 'ci', 'off', 'left']) {
    add('describePrincipal', { principal })
    add('listTokens', { principal, all: true })
  }
  const question = { right: 'write', kind: 'secret', name: 'api' } as const
  for (const principal of ['local', 'ci', 'off']) {
    add('listGrants', { principal })
    add('explainAccess', { ...question, principal })
  }
  add('listGrants', {})
  add('listAccess', question)
  add('listPrincipals', {})
  add('listPrincipals', { kind: 'service-account' })
  add('listTrusts', {})
  add('listTrusts', { serviceAccount: 'ci' })
}

function addReveals(
  add: Add,
  secrets: readonly { readonly id: string; readonly versions: number; readonly keys: readonly string[] }[],
  world: World,
): void {
  for (const [index, selector] of liveSecrets.entries()) {
    const { id, versions, keys } = secrets[index]!
    for (let version = 1; version <= versions; version += 1)
      add('resolveSecrets', { items: [{ ...selector, version }] })
    add('resolveSecrets', { items: [{ secret: id, keys: keys.slice(0, 1) }] })
    add('resolveSecrets', { items: [selector] })
  }
  for (const secret of ['shared', 'freed', 'gone', 'purged', 'nowhere']) add('resolveSecrets', { items: [{ secret }] })
  add('resolveSecrets', { items: liveSecrets })
  const [left, right] = [{ secret: 'api', version: 1 }, { secret: 'api' }]
  add('diffSecrets', { left, right })
  const values = { password: { encoding: 'utf8', data: 'another' } } as const
  add('previewSecrets', { secrets: [{ name: 'api', values }] })
  add('resolveSecrets', { items: [{ secret: 'api', unlessVersion: 4 }] })
  add('resolveSecrets', { items: [{ secret: 'api' }], attempt: world.attempt })
  for (const stack of [undefined, 'staging', 'prod'])
    add('resolveReferences', { stack, components: [tracker], secrets: [{ place: 'step load', name: 'api' }] })
}

/**
 * Asks them all. Those handed in together share a commit, which is fast; reveals are apart, since a chain that cannot be
 * continued takes down all that commits with it.
 */
export async function askAll(api: Api, questions: readonly Question[]): Promise<readonly Outcome[]> {
  const outcomes = new Map<Question, Outcome>()
  for (const reveals of [false, true]) {
    const asked = questions.filter(({ operation }) => operations[operation].reveals === reveals)
    const answers = await Promise.all(asked.map((question) => outcomeOf(() => question.ask(api))))
    for (const [index, question] of asked.entries()) outcomes.set(question, answers[index]!)
  }
  return questions.map((question) => outcomes.get(question)!)
}

export async function outcomeOf(ask: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: JSON.stringify(await ask()) }
  } catch (error) {
    const message = String(error)
    return { code: isSottoError(error) ? error.code : 'crash', message }
  }
}
