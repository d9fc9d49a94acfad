/**
 * A new process that looks at a store after a crash: `verifier.ts FOLDER`. It loads, waits for a line of JSON on its
 * input (`Question`) and prints what it finds (`Found`).
 */
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { everyItem, limits } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint, AuditQuery, ResolvedSecret, SecretDescription, SecretQuery } from '@sotto/sdk/model'
import { verifyBackupFile } from '../../packages/sotto/src/connect/backup.ts'
import { findPlaces } from '../../packages/sotto/src/connect/places.ts'
import { findDamage } from '../../packages/sotto/src/service/inspect-store.ts'
import { digestOf } from './journal.ts'
import { openFolder } from './store.ts'

export interface Question {
  /** Where the chain was seen to stand before; it must still go through there. */
  readonly checkpoint: AuditCheckpoint | undefined
  readonly backups: readonly string[]
  /** Bring back every deleted secret under a name of its own, to see its values too. */
  readonly undelete: boolean
}

export interface FoundSecret {
  readonly id: string
  readonly name: string
  readonly deleted: boolean
  readonly version: number
  /** Digests by number, as they come; empty for a deleted one. */
  readonly versions: readonly (readonly [number, string])[]
}

export interface Found {
  readonly problems: readonly string[]
  readonly secrets: readonly FoundSecret[]
  readonly checkpoint: AuditCheckpoint
  /** How often each version left since the checkpoint, `OS-USER ID VERSION`. */
  readonly shown: { readonly [what: string]: number }
  readonly events: number
  readonly generation: number
}

async function versionsOf(
  api: Api,
  { id, name }: SecretDescription,
  problems: string[],
): Promise<FoundSecret['versions']> {
  const numbers: number[] = []
  for await (const { version } of everyItem((page) => api.listSecretVersions(page), { secret: id, limit: 1000 }))
    numbers.push(version)
  const secrets: ResolvedSecret[] = []
  for (let at = 0; at < numbers.length; at += limits.itemsPerAnswer) {
    const items = numbers.slice(at, at + limits.itemsPerAnswer).map((version) => ({ secret: id, version }))
    secrets.push(...(await api.resolveSecrets({ items })).secrets)
  }
  return secrets.map((secret) => {
    if (secret.unchanged) throw new Error('nothing was said of a known version')
    const { a, b } = secret.values
    if (a === undefined || a.data !== b?.data) problems.push(`${name}@${String(secret.version)} is half a write`)
    return [secret.version, digestOf(a?.data ?? '')] as const
  })
}

async function look(folder: string, { checkpoint, backups, undelete }: Question): Promise<Found> {
  const service = await openFolder(folder, 'verifier')
  const { api } = service
  const problems: string[] = []
  const found: FoundSecret[] = []
  const list = (page: SecretQuery): ReturnType<Api['listSecrets']> => api.listSecrets(page)
  if (undelete) {
    for await (const { id } of everyItem(list, { deleted: true, limit: 1000 }))
      await api.undeleteSecret({ secret: id, newName: `back-${id}` })
  }
  for (const deleted of [false, true]) {
    for await (const secret of everyItem(list, { deleted, limit: 1000 })) {
      const { id, name, version } = secret
      found.push({ id, name, version, deleted, versions: deleted ? [] : await versionsOf(api, secret, problems) })
    }
  }
  const audit = await api.verifyAudit({ checkpoint })
  problems.push(...audit.problems)
  if (checkpoint !== undefined && audit.result !== 'authenticated') problems.push(`the chain is ${audit.result}`)
  const shown: Record<string, number> = {}
  const query: AuditQuery = {
    operation: 'resolveSecrets',
    outcome: 'done',
    after: checkpoint?.sequence ?? 0,
    limit: 1000,
  }
  for await (const event of everyItem((page: AuditQuery) => api.listAudit(page), query)) {
    const what = `${event.osUser} ${event.objectId} ${String(event.detail['version'])}`
    if (event.osUser !== 'verifier') shown[what] = (shown[what] ?? 0) + 1
  }
  const { generation } = await api.describeKeys({})
  await service.close()
  const env = { SOTTO_HOME: `${folder}/home` }
  problems.push(...(await findDamage(findPlaces(env).storePath)))
  for (const file of backups) if (existsSync(file)) await verifyBackupFile(env, file, true)
  return { problems, secrets: found, checkpoint: audit.checkpoint, shown, events: audit.events, generation }
}

const [folder = ''] = process.argv.slice(2)
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question // from the parent
  process.stdout.write(JSON.stringify(await look(folder, question)))
  break
}
process.stdin.destroy()
