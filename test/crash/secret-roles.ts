/** The workers that read and write secrets. A restore may take away what they have just made: then they are refused. */
import { setTimeout as sleep } from 'node:timers/promises'
import { textValue } from '@sotto/sdk/model'
import type { Api, SecretDescription, SecretValues, SecretWrite } from '@sotto/sdk/model'
import { digestOf } from './journal.ts'
import type { Answered } from './journal.ts'
import { pick, toldOf } from './worker-parts.ts'
import type { Worker } from './worker-parts.ts'

/** Secrets that all writers write, and that are never renamed nor deleted. */
const shared: readonly string[] = ['shared-0', 'shared-1', 'shared-2']
/** Only ever written together, in one call: the same number has the same value in both. */
export const pair: readonly string[] = ['pair-a', 'pair-b']

let count = 0

/** A text that was never written before, under two keys: a version that has one without the other is half a write. */
function newValues(worker: Worker): { readonly values: SecretValues; readonly digest: string } {
  count += 1
  // From one page of the database to a chain of overflow pages.
  const text = `${worker.name} ${String(count)} ${'x'.repeat(count % 7 === 0 ? 9000 : count % 50)}`
  return { values: { a: textValue(text), b: textValue(text) }, digest: digestOf(text) }
}

export async function readOn(worker: Worker): Promise<never> {
  for (;;) {
    await worker.turn()
    await show(worker, [pick(shared), pick(pair)])
  }
}

async function show({ api, journal }: Worker, secrets: readonly string[], version?: number): Promise<void> {
  const items = secrets.map((secret) => ({ secret, version }))
  const answer = (result: Awaited<ReturnType<Api['resolveSecrets']>>): Answered => ({
    told: result.secrets.map((secret) => {
      if (secret.unchanged) throw new Error('nothing was said of a known version')
      const { id, name, version: number, values } = secret
      if (values['a']?.data !== values['b']?.data) throw new Error(`half a write was shown: ${name}@${String(number)}`)
      return { id, name, version: number, digest: digestOf(values['a']?.data ?? '') }
    }),
  })
  // Before the first write there is none.
  const options = { answer, refusals: ['secret_not_found'] as const }
  await journal.record(
    { operation: 'resolveSecrets', targets: secrets, version },
    () => api.resolveSecrets({ items }),
    options,
  )
}

/** One secret from its making to its deletion; some come back, and some are purged. */
export async function liveOn(worker: Worker): Promise<never> {
  const { api, journal } = worker
  for (;;) {
    await worker.turn()
    const first = newValues(worker)
    const name = `life-${worker.name}-${String(count)}`
    const written = { answer: ({ secret }: SecretWrite): Answered => ({ told: [toldOf(secret, first.digest)] }) }
    const create = (): Promise<SecretWrite> => api.createSecret({ name, values: first.values })
    const made = await journal.record(
      { operation: 'createSecret', targets: [name], digest: first.digest },
      create,
      written,
    )
    if (made === undefined) continue
    const { id } = made.secret
    for (let version = 1; version < 1 + (count % 4); version += 1) await update(worker, id, version)
    const newName = `${name}-renamed`
    await change(worker, { operation: 'renameSecret', targets: [id], newName }, () =>
      api.renameSecret({ secret: id, newName }),
    )
    await show(worker, [id], 1)
    await change(worker, { operation: 'deleteSecret', targets: [id] }, () => api.deleteSecret({ secret: id }))
    if (count % 3 === 0) continue
    if (count % 3 === 1) {
      await change(worker, { operation: 'undeleteSecret', targets: [id] }, () => api.undeleteSecret({ secret: id }))
    } else {
      await change(worker, { operation: 'purgeSecret', targets: [id] }, () => api.purgeSecret({ secret: id }))
    }
  }
}

async function change(
  { journal, turn }: Worker,
  begun: Parameters<Worker['journal']['record']>[0],
  work: () => Promise<SecretDescription>,
): Promise<void> {
  await turn()
  const answer = (secret: SecretDescription): Answered => ({ told: [toldOf(secret)] })
  await journal.record(begun, work, { answer, refusals: ['secret_not_found', 'secret_exists'] })
}

/** Writes by what it has seen; of several that have seen the same, one wins. */
async function update(worker: Worker, secret: string, expectVersion: number): Promise<void> {
  const { api, journal } = worker
  await worker.turn()
  const { values, digest } = newValues(worker)
  const answer = (write: SecretWrite): Answered => {
    if (write.secret.version !== expectVersion + 1)
      throw new Error(`expected ${String(expectVersion)} and wrote another`)
    return { told: [toldOf(write.secret, digest)] }
  }
  const work = (): Promise<SecretWrite> => api.updateSecret({ secret, values, expectVersion })
  const options = { answer, refusals: ['version_conflict', 'secret_not_found'] as const }
  await journal.record({ operation: 'updateSecret', targets: [secret], digest }, work, options)
}

export async function contendOn(worker: Worker): Promise<never> {
  for (;;) {
    await worker.turn()
    const { items } = await worker.api.listSecrets({ namePrefix: 'shared-' })
    const name = pick(shared)
    const known = items.find((item) => item.name === name)
    if (known === undefined) await setAll(worker, [name])
    else await update(worker, name, known.version)
  }
}

export async function pairOn(worker: Worker): Promise<never> {
  for (;;) {
    await worker.turn()
    await setAll(worker, pair)
    await sleep(3)
  }
}

async function setAll(worker: Worker, names: readonly string[]): Promise<void> {
  const { values, digest } = newValues(worker)
  const secrets = names.map((name) => ({ name, values }))
  const { api, journal } = worker
  await journal.record({ operation: 'setSecrets', targets: names, digest }, () => api.setSecrets({ secrets }), {
    answer: (result) => ({ told: result.secrets.map(({ secret }) => toldOf(secret, digest)) }),
  })
}
