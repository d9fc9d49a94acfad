/** What the audit log tells beside its own state: whether the clock was set back, and when there was a backup. */
import type { Api } from '@sotto/sdk/model'
import { shortTime } from '../print/time.ts'
import type { Finding } from './finding.ts'

/** Clocks of machines that share a store differ by less. */
const clockToleranceMs = 60_000
const backupAgeMs = 7 * 24 * 60 * 60 * 1000
/** A store is worth a backup when something was written into it after it was made. */
const eventsOfNewStore = 1

export async function historyFindings(api: Api, now: Date): Promise<readonly Finding[]> {
  const newest = (await api.listAudit({ limit: 1 })).items[0]
  const backup = (await api.listAudit({ operation: 'createBackup', limit: 1 })).items[0]
  return [
    clockFinding(now, newest?.at),
    ...((newest?.sequence ?? 0) > eventsOfNewStore ? [backupFinding(now, backup?.at, backup?.outcome)] : []),
  ]
}

function clockFinding(now: Date, newest: string | undefined): Finding {
  const name = 'clock'
  const found = now.toISOString()
  if (newest === undefined || Date.parse(newest) <= now.getTime() + clockToleranceMs)
    return { name, state: 'ok', found }
  return {
    name,
    state: 'problem',
    found: `${found} is before the newest event of the audit log, ${newest}: it was set back`,
    next: 'timedatectl set-ntp true',
  }
}

function backupFinding(now: Date, at: string | undefined, outcome: 'done' | 'refused' | undefined): Finding {
  const name = 'last backup'
  const next = 'sotto backup create FILE'
  if (at === undefined) return { name, state: 'note', found: 'none yet', next }
  if (outcome === 'refused') return { name, state: 'note', found: `failed: ${shortTime(at)}`, next }
  const state = now.getTime() - Date.parse(at) > backupAgeMs ? 'note' : 'ok'
  return { name, state, found: shortTime(at), ...(state === 'ok' ? {} : { next }) }
}
