/**
 * A new process that looks at a store after a crash: `verifier.ts FOLDER`. It loads, waits for a line of JSON on its
 * input (`Question`) and prints what it finds (`Found`).
 */
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { everyItem, isSottoError, limits } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint, ResolvedSecret, SecretDescription, SecretQuery } from '@sotto/sdk/model'
import { verifyBackupFile } from '../../packages/sotto/src/connect/backup.ts'
import { findPlaces } from '../../packages/sotto/src/connect/places.ts'
import { listSetAside } from '../../packages/sotto/src/service/backup/set-aside.ts'
import { findDamage } from '../../packages/sotto/src/service/inspect-store.ts'
import { digestOf } from './journal.ts'
import { environmentOf, openFolder } from './store.ts'

export interface Question {
  /** Where the chain was seen to stand before; it must still go through there, or a restore must have given it up. */
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

/** A place in the chains of a store: epochs go on through restores, and none comes twice. */
export interface Place {
  readonly epoch: number
  readonly sequence: number
}

export interface FoundEvent extends Place {
  /** The worker: each has a name of the operating system's user of its own. */
  readonly by: string
  readonly operation: string
  readonly object: string
  readonly objectId: string
  readonly detail: { readonly [name: string]: unknown }
}

export interface Found {
  readonly problems: readonly string[]
  readonly secrets: readonly FoundSecret[]
  readonly checkpoint: AuditCheckpoint
  /** What was done since the checkpoint, by the chain of the store and by those that restores have set aside. */
  readonly events: readonly FoundEvent[]
  /** All events of the chain, before the checkpoint too. */
  readonly total: number
  readonly generation: number
  readonly rootKeys: { readonly primary?: string; readonly recovery?: string }
  readonly backupsVerified: number
  /** Complete states that restores have set aside. */
  readonly setAside: readonly string[]
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

async function findSecrets(api: Api, undelete: boolean, problems: string[]): Promise<readonly FoundSecret[]> {
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
  return found
}

/** What was done, of which `verifyAudit` has shown that nobody changed it; without the rows of each event. */
function readEvents(path: string, { epoch, sequence }: Place): readonly FoundEvent[] {
  using db = new DatabaseSync(path, { readOnly: true })
  const sql = `SELECT epoch, sequence, os_user, operation, object, object_id, detail FROM audit_event
    WHERE outcome = 'done' AND (epoch > ? OR (epoch = ? AND sequence > ?)) ORDER BY epoch, sequence`
  return db
    .prepare(sql)
    .all(epoch, epoch, sequence)
    .map((row) => {
      const { rows: _, ...detail } = JSON.parse(String(row['detail'])) as Record<string, unknown> // of an event: an object
      return {
        epoch: Number(row['epoch']),
        sequence: Number(row['sequence']),
        by: String(row['os_user']),
        operation: String(row['operation']),
        object: String(row['object']),
        objectId: String(row['object_id']),
        detail,
      }
    })
}

/** Every event once: a state that was set aside shares its beginning with the one that came into its place. */
function gatherEvents(paths: readonly string[], from: Place): readonly FoundEvent[] {
  const byPlace = new Map<string, FoundEvent>()
  for (const path of paths) {
    try {
      for (const event of readEvents(path, from)) byPlace.set(`${String(event.epoch)} ${String(event.sequence)}`, event)
    } catch (error) {
      if (!path.endsWith('.part')) throw error // a restore was killed while it wrote that
    }
  }
  return [...byPlace.values()]
    .filter(({ by }) => by !== 'verifier')
    .toSorted((a, b) => a.epoch - b.epoch || a.sequence - b.sequence)
}

/** Each that opens with a key which is still there. Throws what is wrong with one. */
async function verifyBackups(folder: string, files: readonly string[]): Promise<number> {
  let verified = 0
  for (const file of files.filter((path) => existsSync(path))) {
    try {
      await verifyBackupFile(environmentOf(folder), file, true)
      verified += 1
    } catch (error) {
      if (!isSottoError(error, 'key_wrong')) throw error
    }
  }
  return verified
}

async function look(folder: string, { checkpoint, backups, undelete }: Question): Promise<Found> {
  const { storePath } = findPlaces(environmentOf(folder))
  const service = await openFolder(folder, 'verifier')
  const { api } = service
  const problems: string[] = []
  const secrets = await findSecrets(api, undelete, problems)
  const audit = await api.verifyAudit({ checkpoint })
  problems.push(...audit.problems)
  if (checkpoint !== undefined && audit.result !== 'authenticated') problems.push(`the chain is ${audit.result}`)
  const { generation, slots } = await api.describeKeys({})
  await service.close()
  problems.push(...(await findDamage(storePath)))
  const setAside = listSetAside(storePath).map(({ path }) => path)
  const parts = setAside.filter((path) => path.endsWith('.part'))
  if (parts.length > 1) problems.push(`killed restores have left ${parts.join(', ')}`)
  return {
    problems,
    secrets,
    checkpoint: audit.checkpoint,
    events: gatherEvents([...setAside, storePath], checkpoint ?? { epoch: 0, sequence: 0 }),
    total: audit.events,
    generation,
    rootKeys: Object.fromEntries(slots.map(({ role, rootKeyId }) => [role, rootKeyId])),
    backupsVerified: await verifyBackups(folder, backups),
    setAside: setAside.filter((path) => !path.endsWith('.part')),
  }
}

const [folder = ''] = process.argv.slice(2)
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question // from the parent
  process.stdout.write(JSON.stringify(await look(folder, question)))
  break
}
process.stdin.destroy()
