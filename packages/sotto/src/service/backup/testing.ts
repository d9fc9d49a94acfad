/** What the tests of backups share: a store with content, and the two things that are done with a backup of it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint, AuditVerification } from '@sotto/sdk/model'
import { temporaryFolder } from '../../store/testing.ts'
import { openService } from '../open-service.ts'
import type { OpenedService } from '../open-service.ts'
import { restoreStore } from './restore-store.ts'
import type { Restored } from './restore-store.ts'
import { verifyBackup } from './verify-backup.ts'
import type { BackupVerification } from './verify-backup.ts'

/** A folder with store, root key and logs. */
export class Home {
  readonly folder: string
  readonly storePath: string

  constructor(t: TestContext, name = 'home') {
    this.folder = join(temporaryFolder(t), name)
    mkdirSync(this.folder, { mode: 0o700 })
    this.storePath = join(this.folder, 'store.db')
  }

  get places(): { env: Record<string, string>; rootKeyPath: string } {
    return { env: {}, rootKeyPath: join(this.folder, 'root.key') }
  }

  get logsFolder(): string {
    return join(this.folder, 'logs')
  }

  open(): Promise<OpenedService> {
    const { storePath, logsFolder } = this
    return openService({ ...this.places, storePath, logsFolder, flavors: [], osUser: 'tester' })
  }

  /** Opens the store, works, closes it. */
  async using<T>(work: (api: Api) => Promise<T>): Promise<T> {
    const opened = await this.open()
    try {
      return await work(opened.api)
    } finally {
      await opened.close()
    }
  }

  verify(file: string, deep = true): Promise<BackupVerification> {
    return verifyBackup({ file, deep, keyPlaces: this.places })
  }

  restore(file: string, checkpoint?: AuditCheckpoint): Promise<Restored> {
    const { storePath, logsFolder, places: keyPlaces } = this
    return restoreStore({ file, storePath, logsFolder, keyPlaces, checkpoint, osUser: 'tester', clock: Date.now })
  }

  takeKeyOf(other: Home): void {
    writeFileSync(join(this.folder, 'root.key'), readFileSync(join(other.folder, 'root.key')), { mode: 0o600 })
  }

  /** Everything that lies in the folder, by name. */
  files(): Map<string, Buffer> {
    const names = existsSync(this.folder) ? readdirSync(this.folder).toSorted() : []
    return new Map(names.filter((name) => name !== 'logs').map((name) => [name, readFileSync(join(this.folder, name))]))
  }
}

export function write(api: Api, name: string, value: string): Promise<unknown> {
  return api.setSecrets({ secrets: [{ name, scope: 'workspace', values: { key: textValue(value) } }] })
}

export async function read(api: Api, name: string): Promise<string | undefined> {
  const [found] = (await api.resolveSecrets({ items: [{ secret: name }] })).secrets
  return found?.unchanged === false ? found.values['key']?.data : undefined
}

export function audit(home: Home, checkpoint?: AuditCheckpoint): Promise<AuditVerification> {
  return home.using((api) => api.verifyAudit({ checkpoint }))
}
