/** The store that is attacked with all that it answers untouched, and what it answers after an attack. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { textValue } from '@sotto/sdk/model'
import { loosen, withDatabase } from './attack.ts'
import type { Place } from './attack.ts'
import { askAll, liveSecrets, makeQuestions, outcomeOf } from './questions.ts'
import type { Outcome, Question } from './questions.ts'
import { openFile, temporaryFolder } from './service.ts'
import type { OpenStoreFile } from './service.ts'
import { truthOf } from './truth.ts'
import type { Truth } from './truth.ts'
import { makeWorld } from './world.ts'
import type { World } from './world.ts'

export interface Target extends Place {
  readonly world: World
  readonly questions: readonly Question[]
  readonly baseline: readonly Outcome[]
  readonly truth: Truth
  readonly remove: () => void
}

/** What became of an attack. */
export interface Report {
  /** The code with which the store refused to open. */
  readonly refused: string | undefined
  readonly outcomes: readonly Outcome[]
  /** What `audit verify` says, or the code of its error. */
  readonly verified: string
  /** The same after changes were made on top of the attack; `undefined` where that was not tried. */
  readonly verifiedAfterChange: string | undefined
}

export async function makeTarget(): Promise<Target> {
  const folder = temporaryFolder()
  const world = await makeWorld(folder.path)
  const place = join(folder.path, 'attacked.db')
  const loosePath = join(folder.path, 'loose.db')
  copyFileSync(world.path, loosePath)
  withDatabase(loosePath, loosen)
  copyFileSync(world.path, place)
  const opened = await openFile(place)
  const secrets = []
  for (const selector of liveSecrets) {
    const { id, version, keys } = await opened.api.describeSecret(selector)
    secrets.push({ id, versions: version, keys: keys.map(({ name }) => name) })
  }
  const questions = makeQuestions(world, secrets)
  const baseline = await askAll(opened.api, questions)
  await opened.close()
  const truth = truthOf([questions, baseline], [questions, await answersOf(world.earlier[1]!, questions)])
  return { world, loosePath, place, questions, baseline, truth, remove: folder.remove }
}

/** What another copy of the store answers. */
export async function answersOf(path: string, questions: readonly Question[]): Promise<readonly Outcome[]> {
  const folder = temporaryFolder()
  try {
    copyFileSync(path, join(folder.path, 'store.db'))
    const opened = await openFile(join(folder.path, 'store.db'))
    const outcomes = await askAll(opened.api, questions)
    await opened.close()
    return outcomes
  } finally {
    folder.remove()
  }
}

/** Opens what lies at the target's place as a new process would, asks everything, and by choice makes changes on top. */
export async function question(
  target: Target,
  { changes = true }: { readonly changes?: boolean } = {},
): Promise<Report> {
  let opened: OpenStoreFile | undefined
  const opening = await outcomeOf(async () => {
    opened = await openFile(target.place)
  })
  if (opened === undefined) {
    const code = 'code' in opening ? opening.code : 'crash'
    return { refused: code, outcomes: [], verified: code, verifiedAfterChange: code }
  }
  const { api } = opened
  try {
    const verify = async (): Promise<string> => {
      const { checkpoint, fingerprint } = target.world
      const outcome = await outcomeOf(async () => (await api.verifyAudit({ checkpoint, fingerprint })).result)
      return 'code' in outcome ? outcome.code : (JSON.parse(outcome.answer) as string) // a text, as JSON
    }
    const verified = await verify()
    const outcomes = await askAll(api, target.questions)
    if (!changes) return { refused: undefined, outcomes, verified, verifiedAfterChange: undefined }
    const written = liveSecrets.map(
      (selector) => () =>
        api.updateSecret({ ...selector, values: { added: textValue('later') }, labels: { later: 'yes' } }),
    )
    const activated = (): Promise<unknown> => api.activateStack({ stack: 'prod' })
    const settings = { 'declared-secrets': 'recorded' }
    const set = (): Promise<unknown> => api.updateStackSettings({ stack: 'prod', settings })
    await Promise.all([...written, activated, set].map(outcomeOf))
    return { refused: undefined, outcomes, verified, verifiedAfterChange: await verify() }
  } finally {
    await opened.close()
  }
}
