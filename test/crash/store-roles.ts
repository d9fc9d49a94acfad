/** The workers that change keys, make backups and put the store back. */
import { readdirSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChangedRootKey, NewRecoveryCode } from '@sotto/sdk/model'
import { findPlaces } from '../../packages/sotto/src/connect/places.ts'
import { readRecoveryCode } from '../../packages/sotto/src/keys/recovery-code.ts'
import { restoreStore } from '../../packages/sotto/src/service/backup/restore-store.ts'
import type { Restored } from '../../packages/sotto/src/service/backup/restore-store.ts'
import type { Answered } from './journal.ts'
import { environmentOf } from './store.ts'
import { pick } from './worker-parts.ts'
import type { Worker } from './worker-parts.ts'

export async function changeKeysOn({ api, journal, turn }: Worker): Promise<never> {
  const refusals = ['keyring_conflict', 'in_use', 'data_key_not_found'] as const
  for (;;) {
    await turn()
    const answer = ({ generation }: { readonly generation: number }): Answered => ({ generation })
    const rotate = { operation: 'rotateKeys', targets: [] } as const
    await journal.record(rotate, () => api.rotateKeys({}), { answer, refusals })
    let after: string | undefined
    do {
      await turn()
      const step = after
      after = (await api.rewrapValues({ after: step, limit: 40 })).next
    } while (after !== undefined)
    await turn()
    const idle = (await api.describeKeys({})).dataKeys.find(({ state, values }) => state === 'previous' && values === 0)
    if (idle === undefined) continue
    const retire = { operation: 'retireKey', targets: [idle.id] } as const
    await journal.record(retire, () => api.retireKey({ dataKey: idle.id }), { answer: (): Answered => ({}), refusals })
  }
}

/** Root keys and recovery codes; the old root key is kept or not. */
export async function changeRootOn({ api, journal, turn }: Worker): Promise<never> {
  const refusals = ['keyring_conflict'] as const
  for (let number = 0; ; number += 1) {
    await turn()
    if (number % 3 === 0) {
      const recovery = { operation: 'createRecovery', targets: [] } as const
      const answer = ({ generation, code, rootKeyId }: NewRecoveryCode): Answered => ({
        generation,
        rootKeys: { recovery: requireOpener(code, rootKeyId) },
      })
      await journal.record(recovery, () => api.createRecovery({}), { answer, refusals })
    } else {
      const input = { keepOldKey: number % 2 === 0, compromised: Math.random() < 0.2 }
      const change = { operation: 'changeRoot', targets: [] } as const
      await journal.record(change, () => api.changeRoot(input), { answer: answerOfChange, refusals })
    }
    await sleep(60 + Math.random() * 120)
  }
}

function answerOfChange({ generation, slots, recoveryCode }: ChangedRootKey): Answered {
  const idOf = (role: 'primary' | 'recovery'): string => slots.find((slot) => slot.role === role)?.rootKeyId ?? ''
  const recovery = recoveryCode === undefined ? undefined : requireOpener(recoveryCode, idOf('recovery'))
  return { generation, rootKeys: { primary: idOf('primary'), ...(recovery === undefined ? {} : { recovery }) } }
}

/** The code that is shown must be the one that the store opens with. */
function requireOpener(code: string, rootKeyId: string): string {
  if (readRecoveryCode(code, 'the code').id !== rootKeyId) throw new Error('a code was shown that opens another store')
  return rootKeyId
}

export async function backUpOn({ api, journal, turn, name, folder }: Worker): Promise<never> {
  for (let number = 0; ; number += 1) {
    await turn()
    const file = `${folder}/backups/${name}-${String(number)}.stb`
    const backup = { operation: 'createBackup', targets: [], file } as const
    await journal.record(backup, () => api.createBackup({ file }), { answer: (): Answered => ({}) })
    await sleep(40)
  }
}

export async function restoreOn({ journal, turn, name, folder, restored }: Worker): Promise<never> {
  const env = environmentOf(folder)
  const { storePath, logsFolder, rootKeyPath } = findPlaces(env)
  const keyPlaces = { env, rootKeyPath }
  // The key of an older backup may be gone, and the file itself: the test clears it away.
  const refusals = ['key_wrong', 'key_missing', 'keyring_conflict', 'file_unreadable'] as const
  for (;;) {
    await sleep(Math.random() * 150)
    await turn()
    const files = newestBackups(folder)
    const other = restored?.(files)
    const file = other === undefined ? pick([...files, '']) : (files[0] ?? '')
    if (file === '') continue
    const input = {
      file: other ?? file,
      storePath,
      logsFolder,
      keyPlaces,
      checkpoint: undefined,
      osUser: name,
      clock: Date.now,
    }
    const answer = ({ epoch }: Restored): Answered => ({ epoch })
    await journal.record({ operation: 'restoreStore', targets: [], file }, () => restoreStore(input), {
      answer,
      refusals,
    })
  }
}

/** Three: from the last round, and from before it. */
function newestBackups(folder: string): readonly string[] {
  return readdirSync(`${folder}/backups`)
    .filter((file) => file.endsWith('.stb'))
    .map((file) => `${folder}/backups/${file}`)
    .map((path) => ({ path, atMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, 3)
    .map(({ path }) => path)
}
