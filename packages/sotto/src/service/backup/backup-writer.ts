/** Puts a backup together: database and logs behind their signed header. */
import { closeSync, fsyncSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { AuditCheckpoint, Backup } from '@sotto/sdk/model'
import { readHead } from '../../store/audit-chain.ts'
import type { LiveKeyring } from '../../store/live-keyring.ts'
import { readSchemaVersion } from '../../store/migrations.ts'
import { copySqliteFile } from '../../store/sqlite-copy.ts'
import { readSnapshot } from '../../store/sqlite-snapshot.ts'
import { timeText } from '../time.ts'
import { databaseSection, describeKeyring, encodeHead, runOfLog } from './backup-format.ts'
import type { BackupHeader, Section } from './backup-format.ts'
import { fileError, givePlace } from './backup-place.ts'
import type { BackupPlace } from './backup-place.ts'
import { removeRests } from './rests.ts'

export interface WriteInput {
  readonly place: BackupPlace
  readonly storePath: string
  readonly keyring: LiveKeyring
  readonly createdAtMs: number
  /** Where the logs of runs lie; without it they are left out. */
  readonly logsFolder: string | undefined
}

interface Part extends Section {
  readonly path: string
}

/** How much is in memory at once. */
const chunkSize = 1024 * 1024

/** Codes: `file_exists`, `file_unreadable`, and those of a store. Whatever happens, no half of a backup is left. */
export function writeBackup(input: WriteInput): Promise<Backup> {
  return withoutRest(input.place, async () => {
    const { place, storePath, keyring, createdAtMs } = input
    removeRests(place.path, (pid) => `.${pid}.tmp`)
    const copy = copyPath(place)
    copySqliteFile(storePath, copy)
    const facts = await readFacts(copy)
    const parts = [measure(databaseSection, copy), ...measureLogs(input.logsFolder)]
    const sections = parts.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 }))
    const header: BackupHeader = { ...facts, createdAtMs, sections }
    // Signed by the copy's own key: another process may have changed the keys meanwhile.
    const sizeBytes = writeAll(place.temporary, encodeHead(header, keyring.openCopy(facts.keyring)), parts)
    givePlace(place)
    return describeBackup(place.path, header, sizeBytes)
  })
}

export function describeBackup(file: string, header: BackupHeader, sizeBytes: number): Backup {
  const { schemaVersion, checkpoint, createdAtMs, sections } = header
  return {
    file,
    sizeBytes,
    ...describeKeyring(header.keyring),
    schemaVersion,
    createdAt: timeText(createdAtMs),
    checkpoint,
    logs: sections.filter((section) => runOfLog(section) !== undefined).length,
  }
}

async function withoutRest<T>(place: BackupPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileError(error, place.path)
  } finally {
    const copy = copyPath(place)
    for (const path of [place.temporary, copy, `${copy}-wal`, `${copy}-shm`]) rmSync(path, { force: true })
  }
}

/** Beside the backup: that disk has to have room for it anyway, and the disk of the store may be full. */
function copyPath(place: BackupPlace): string {
  return `${place.temporary}.db`
}

/** What the header says of the database is read from the copy: others went on writing the store. */
function readFacts(copy: string): Promise<Pick<BackupHeader, 'schemaVersion' | 'checkpoint' | 'keyring'>> {
  return readSnapshot(copy, async (tx) => {
    const schemaVersion = await readSchemaVersion(tx)
    const head = readHead(await tx.get('SELECT epoch, sequence, head, signature FROM audit_head WHERE id = 1'))
    const blob = (await tx.get('SELECT blob FROM keyring WHERE id = 1'))?.['blob']
    if (head === undefined || !(blob instanceof Uint8Array)) throw new Error('the copy has no head or no keyring')
    const checkpoint: AuditCheckpoint = {
      epoch: head.epoch,
      sequence: head.sequence,
      head: Buffer.from(head.head).toString('hex'),
    }
    return { schemaVersion, checkpoint, keyring: Buffer.from(blob) }
  })
}

function measureLogs(folder: string | undefined): readonly Part[] {
  if (folder === undefined) return []
  let names: readonly string[] = []
  try {
    names = readdirSync(folder).toSorted()
  } catch {
    // There are no logs before the first run.
  }
  const parts = names.map((name) => ({ name: `log ${name.replace(/\.log$/, '')}`, path: join(folder, name) }))
  return parts
    .filter(({ name }) => runOfLog({ name, sizeBytes: 0, sha256: '' }) !== undefined)
    .map(({ name, path }) => measure(name, path))
}

function measure(name: string, path: string): Part {
  const digest = createHash('sha256')
  let sizeBytes = 0
  readChunks(path, Number.MAX_SAFE_INTEGER, (chunk) => {
    digest.update(chunk)
    sizeBytes += chunk.length
  })
  return { name, path, sizeBytes, sha256: digest.digest('hex') }
}

function writeAll(target: string, head: Buffer, parts: readonly Part[]): number {
  const descriptor = openSync(target, 'wx', 0o600)
  try {
    let size = writeWhole(descriptor, head)
    // A log may have grown since it was measured: what was measured is what is written.
    for (const { path, sizeBytes } of parts)
      readChunks(path, sizeBytes, (chunk) => (size += writeWhole(descriptor, chunk)))
    fsyncSync(descriptor)
    return size
  } finally {
    closeSync(descriptor)
  }
}

function writeWhole(descriptor: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
  return bytes.length
}

function readChunks(path: string, limit: number, take: (chunk: Buffer) => void): void {
  const chunk = Buffer.allocUnsafe(chunkSize)
  const descriptor = openSync(path, 'r')
  try {
    for (let left = limit; left > 0;) {
      const size = readSync(descriptor, chunk, 0, Math.min(chunk.length, left), null)
      if (size === 0) return
      take(chunk.subarray(0, size))
      left -= size
    }
  } finally {
    closeSync(descriptor)
  }
}
