/** Does the store open, and is what is in it as it was written? */
import { lstat } from 'node:fs/promises'
import type { Api } from '@sotto/sdk/model'
import { storeClock } from '../../connect/inspect.ts'
import { findPlaces, liesInDatabase } from '../../connect/places.ts'
import type { Call } from '../command.ts'
import { asSottoError } from '../print/error.ts'
import { fileFindings } from './file-findings.ts'
import type { Finding } from './finding.ts'
import { historyFindings } from './history-findings.ts'
import { recoveryFindings } from './recovery-finding.ts'

export async function storeFindings(call: Call): Promise<readonly Finding[]> {
  const { env } = call.context
  const { storePath } = findPlaces(env)
  const inDatabase = liesInDatabase(storePath)
  const file = inDatabase ? undefined : await lstat(storePath).catch(() => undefined)
  // Looking must not make anything.
  if (file === undefined && !inDatabase && (env['SOTTO_STEP_SOCKET'] ?? '') === '' && (env['SOTTO_URL'] ?? '') === '') {
    return [{ name: 'store', state: 'note', found: 'none yet; the first command that needs it makes it' }]
  }
  try {
    const api = await call.api()
    return [
      ...(file === undefined ? [] : [modeFinding(file.mode)]),
      ...(await openFindings(api)),
      ...(await historyFindings(api, storeClock())),
      ...(file === undefined ? [] : await fileFindings(env)),
    ]
  } catch (error) {
    const found = problem('store', error)
    // A store that does not open may be damaged, which is looked at without its key.
    return file === undefined || file.size === 0 ? [found] : [found, ...(await fileFindings(env))]
  }
}

function modeFinding(mode: number): Finding {
  const shownMode = (mode & 0o777).toString(8).padStart(4, '0')
  return { name: 'store file', state: 'ok', found: `mode ${shownMode}` }
}

async function openFindings(api: Api): Promise<readonly Finding[]> {
  const store = await api.describeStore({})
  const findings: Finding[] = [
    {
      name: 'store',
      state: 'ok',
      found: `${store.place}, schema ${String(store.schemaVersion)}, workspace ${store.workspace}, principal ${store.principal}`,
    },
    { name: 'keyring', state: 'ok', found: `opens with the root key from ${store.rootKey}` },
    ...(await recoveryFindings(api)),
  ]
  try {
    const { result, events, problems } = await api.verifyAudit({})
    const found = `${result}, ${String(events)} events`
    findings.push(
      result === 'broken'
        ? { name: 'audit log', state: 'problem', found: [found, ...problems].join('; '), next: 'sotto audit verify' }
        : { name: 'audit log', state: 'ok', found },
    )
  } catch (error) {
    findings.push(problem('audit log', error))
  }
  return findings
}

function problem(name: string, thrown: unknown): Finding {
  const { message, hint } = asSottoError(thrown)
  return { name, state: 'problem', found: message, ...(hint === undefined ? {} : { next: hint }) }
}
