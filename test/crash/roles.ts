/** What the workers of the crash test do, over and over. */
import { setTimeout as sleep } from 'node:timers/promises'
import { textValue } from '@sotto/sdk/model'
import type { Api, SecretDescription, SecretValues, SecretWrite } from '@sotto/sdk/model'
import { digestOf } from './journal.ts'
import type { Answered, Journal, Told } from './journal.ts'

/** Secrets that all writers write, and that are never renamed nor deleted. */
const shared: readonly string[] = ['shared-0', 'shared-1', 'shared-2']
/** Only ever written together, in one call: the same number has the same value in both. */
export const pair: readonly string[] = ['pair-a', 'pair-b']

export interface Worker {
  readonly api: Api
  readonly journal: Journal
  /** The name of this process, which no other one has. */
  readonly name: string
  readonly backups: string
  /** Resolves when the worker may go on. */
  readonly turn: () => Promise<void>
}

export type Role = 'read' | 'write' | 'keys' | 'backup'

/** What a worker does side by side: several calls in flight share commits, as in a server. */
export const roles: { readonly [role in Role]: readonly ((worker: Worker) => Promise<never>)[] } = {
  read: [readOn, readOn, readOn],
  // Two that contend in one process meet in one batch; those of two processes in two.
  write: [liveOn, contendOn, contendOn, pairOn],
  keys: [keysOn],
  backup: [backupOn],
}

let count = 0

/** A text that was never written before, under two keys: a version that has one without the other is half a write. */
function newValues(worker: Worker): { readonly values: SecretValues; readonly digest: string } {
  count += 1
  // From one page of the database to a chain of overflow pages.
  const text = `${worker.name} ${String(count)} ${'x'.repeat(count % 7 === 0 ? 9000 : count % 50)}`
  return { values: { a: textValue(text), b: textValue(text) }, digest: digestOf(text) }
}

function pick<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}

function toldOf({ id, name, version }: SecretDescription, digest?: string): Told {
  return { id, name, version, ...(digest === undefined ? {} : { digest }) }
}

async function readOn(worker: Worker): Promise<never> {
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
  await journal.record({ kind: 'read', targets: secrets }, () => api.resolveSecrets({ items }), options)
}

/** One secret from its making to its deletion, and some of them back. */
async function liveOn(worker: Worker): Promise<never> {
  const { api, journal } = worker
  const answer = (secret: SecretDescription): Answered => ({ told: [toldOf(secret)] })
  for (;;) {
    await worker.turn()
    const first = newValues(worker)
    const name = `life-${worker.name}-${String(count)}`
    const written = { answer: ({ secret }: SecretWrite): Answered => ({ told: [toldOf(secret, first.digest)] }) }
    const create = (): Promise<SecretWrite> => api.createSecret({ name, values: first.values })
    const made = await journal.record({ kind: 'write', targets: [name], digest: first.digest }, create, written)
    if (made === undefined) continue
    const { id } = made.secret
    for (let version = 1; version < 1 + (count % 4); version += 1) await update(worker, id, version)
    await worker.turn()
    const newName = `${name}-renamed`
    const rename = (): Promise<SecretDescription> => api.renameSecret({ secret: id, newName })
    await journal.record({ kind: 'rename', targets: [id], newName }, rename, { answer })
    await show(worker, [id], 1)
    await worker.turn()
    await journal.record({ kind: 'delete', targets: [id] }, () => api.deleteSecret({ secret: id }), { answer })
    if (count % 3 === 0) continue
    await worker.turn()
    await journal.record({ kind: 'undelete', targets: [id] }, () => api.undeleteSecret({ secret: id }), { answer })
  }
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
  const options = { answer, refusals: ['version_conflict'] as const }
  await journal.record({ kind: 'write', targets: [secret], digest }, work, options)
}

async function contendOn(worker: Worker): Promise<never> {
  for (;;) {
    await worker.turn()
    const { items } = await worker.api.listSecrets({ namePrefix: 'shared-' })
    const name = pick(shared)
    const known = items.find((item) => item.name === name)
    if (known === undefined) await setAll(worker, [name])
    else await update(worker, name, known.version)
  }
}

async function pairOn(worker: Worker): Promise<never> {
  for (;;) {
    await worker.turn()
    await setAll(worker, pair)
    await sleep(3)
  }
}

async function setAll({ api, journal, ...rest }: Worker, names: readonly string[]): Promise<void> {
  const { values, digest } = newValues({ api, journal, ...rest })
  const secrets = names.map((name) => ({ name, values }))
  await journal.record({ kind: 'write', targets: names, digest }, () => api.setSecrets({ secrets }), {
    answer: (result) => ({ told: result.secrets.map(({ secret }) => toldOf(secret, digest)) }),
  })
}

async function keysOn({ api, journal, turn }: Worker): Promise<never> {
  const refusals = ['keyring_conflict', 'in_use', 'data_key_not_found'] as const
  for (;;) {
    await turn()
    const answer = ({ generation }: { readonly generation: number }): Answered => ({ generation })
    await journal.record({ kind: 'keys', targets: ['rotate'] }, () => api.rotateKeys({}), { answer, refusals })
    let after: string | undefined
    do {
      await turn()
      const step = after
      after = (await api.rewrapValues({ after: step, limit: 40 })).next
    } while (after !== undefined)
    await turn()
    const idle = (await api.describeKeys({})).dataKeys.find(({ state, values }) => state === 'previous' && values === 0)
    const retire = (): Promise<unknown> => api.retireKey({ dataKey: idle?.id ?? '' })
    const options = { answer: (): Answered => ({}), refusals }
    if (idle !== undefined) await journal.record({ kind: 'keys', targets: ['retire'] }, retire, options)
  }
}

async function backupOn({ api, journal, turn, name, backups }: Worker): Promise<never> {
  for (let number = 0; ; number += 1) {
    await turn()
    const file = `${backups}/${name}-${String(number)}.stb`
    const answer = (): Answered => ({})
    await journal.record({ kind: 'backup', targets: [], file }, () => api.createBackup({ file }), { answer })
    await sleep(40)
  }
}
