/** Takes a store through a time in which its disk fails, and says what came of each call. */
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api, AuditQuery } from '@sotto/sdk/model'
import { everyItem } from '@sotto/sdk/model'
import { findPlaces } from '../../packages/sotto/src/connect/places.ts'
import { findDamage } from '../../packages/sotto/src/service/inspect-store.ts'
import { openFolder } from './store.ts'

export interface Disk {
  fail(): void
  mend(): void
}

export interface DiskReport {
  /** Calls that failed, as `CODE: message (hint)`, each text once. */
  readonly errors: readonly string[]
  readonly failedReads: number
  readonly failedWrites: number
  /** How often a value was shown, and of how many times the chain knows: while the disk failed and afterwards. */
  readonly shown: number
  readonly events: number
  /** The value that was acknowledged last, the one after the disk was mended, and the one of a store opened anew. */
  readonly acknowledged: string
  /** All values that were tried. */
  readonly tried: readonly string[]
  readonly mended: string
  readonly reopened: string
  readonly problems: readonly string[]
}

const tries = 60

class Caller {
  readonly #api: Api
  readonly errors = new Set<string>()
  failedReads = 0
  failedWrites = 0
  shown = 0
  acknowledged = ''
  readonly tried: string[] = []

  constructor(api: Api) {
    this.#api = api
  }

  async read(): Promise<string | undefined> {
    try {
      const [secret] = (await this.#api.resolveSecrets({ items: [{ secret: 'crm' }] })).secrets
      this.shown += 1
      return secret?.unchanged === false ? secret.values['key']?.data : undefined
    } catch (error) {
      this.failedReads += 1
      this.#note(error)
      return undefined
    }
  }

  async write(text: string): Promise<void> {
    this.tried.push(text)
    try {
      await this.#api.setSecrets({ secrets: [{ name: 'crm', values: { key: textValue(text) } }] })
      this.acknowledged = text
    } catch (error) {
      this.failedWrites += 1
      this.#note(error)
    }
  }

  #note(error: unknown): void {
    this.errors.add(isSottoError(error) ? `${error.code}: ${error.message} (${String(error.hint)})` : String(error))
  }
}

/** Reads and writes before, while and after the disk fails; then looks at the store as a whole. */
export async function failAndMend(folder: string, disk: Disk): Promise<DiskReport> {
  const service = await openFolder(folder, 'reader')
  const caller = new Caller(service.api)
  await caller.write('whole')
  await caller.read()
  disk.fail()
  for (let count = 0; count < tries; count += 1) {
    await caller.read()
    await caller.write(`${String(count)} ${'x'.repeat(2000)}`)
    // Side by side they share a transaction: all of them fail, or none.
    await Promise.all([caller.read(), caller.read()])
  }
  disk.mend()
  const { failedReads, failedWrites, acknowledged } = caller
  const mended = (await caller.read()) ?? 'nothing'
  await service.close()

  const again = await openFolder(folder, 'verifier')
  const [secret] = (await again.api.resolveSecrets({ items: [{ secret: 'crm' }] })).secrets
  const reopened = (secret?.unchanged === false ? secret.values['key']?.data : undefined) ?? 'nothing'
  let events = 0
  const query: AuditQuery = { operation: 'resolveSecrets', outcome: 'done', principal: 'reader', limit: 1000 }
  for await (const event of everyItem((page: AuditQuery) => again.api.listAudit(page), query))
    if (event.osUser === 'reader') events += 1
  const { problems } = await again.api.verifyAudit({})
  // Written once more: what is whole can also go on.
  await again.api.setSecrets({ secrets: [{ name: 'crm', values: { key: textValue('after') } }] })
  await again.close()
  const damage = await findDamage(findPlaces({ SOTTO_HOME: `${folder}/home` }).storePath)
  const { shown, errors, tried } = caller
  const counts = { failedReads, failedWrites, shown, events }
  return { ...counts, errors: [...errors], acknowledged, tried, mended, reopened, problems: [...problems, ...damage] }
}
