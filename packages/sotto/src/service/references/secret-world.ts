/**
 * The secrets that some questions are about, loaded in a bounded number of statements: rows by name, their newest
 * versions by id, pinned versions by number. Every row's HMAC is verified, no blob is read.
 */
import type { SecretKey } from '@sotto/sdk/model'
import { secretTable, secretVersionTable } from '../../store/secrets.ts'
import type { SecretRow, SecretVersionRow } from '../../store/secrets.ts'
import type { Call } from '../call.ts'
import { Conditions } from '../conditions.ts'
import { innermost, secretAccess } from '../secrets/lookup.ts'
import type { SecretQuestion } from './reference-request.ts'
import { listBatch } from '../row-batches.ts'
import { brokenVersion, versionKeys } from '../secrets/secret-description.ts'
import { suggestion } from '../suggestion.ts'
import { Trust } from './trust.ts'

/** Whether questions are asked about keys and rights, or about existence alone. */
export type Depth = 'keys' | 'existence'

/** A version with its keys by name. */
export interface FoundVersion {
  readonly row: SecretVersionRow
  readonly keys: ReadonlyMap<string, SecretKey>
}

/** A secret as the caller finds it by its name. */
export interface FoundSecret {
  readonly row: SecretRow
  readonly readable: boolean
  /** Is there a secret of the name in the workspace that the caller would find without this one? */
  readonly shadows: boolean
  /** The versions that were asked about, by number. */
  readonly versions: Map<number, FoundVersion>
}

/** Among how many names a near one is looked for, and for how many missing ones: comparing words costs time. */
const mostCandidates = 500
const mostSuggestions = 20
/** Pairs of secret and number in one statement. */
const pinsPerStatement = 100

export class SecretWorld {
  readonly trust: Trust
  /** When it is asked. UTC milliseconds. */
  readonly nowMs: number
  readonly #secrets: ReadonlyMap<string, FoundSecret>
  readonly #candidates: readonly string[]
  readonly #suggested = new Map<string, string>()

  constructor(world: {
    trust: Trust
    nowMs: number
    secrets: ReadonlyMap<string, FoundSecret>
    candidates: readonly string[]
  }) {
    this.trust = world.trust
    this.nowMs = world.nowMs
    this.#secrets = world.secrets
    this.#candidates = world.candidates
  }

  find(name: string): FoundSecret | undefined {
    return this.#secrets.get(name)
  }

  /** The version by number, the newest without one; `undefined` for one that there never was. Throws `row_altered`. */
  findVersion({ row: secret, versions }: FoundSecret, number: number | undefined): FoundVersion | undefined {
    const wanted = number ?? secret.version
    const found = versions.get(wanted)
    if (found === undefined && wanted <= secret.version) throw brokenVersion(secret, wanted)
    // The secret's row says which version is the newest; another one under its number is none of it.
    if (wanted === secret.version && found?.row.id !== secret.version_id) throw brokenVersion(secret, wanted)
    return found
  }

  /** `did you mean "crm"?`, or `undefined`. Names that the caller may not describe are not among the candidates. */
  suggestSecret(word: string): string | undefined {
    return this.#suggest(word, word, this.#candidates)
  }

  suggestKey(secret: SecretRow, word: string, { keys }: FoundVersion): string | undefined {
    return this.#suggest(`${secret.id} ${word}`, word, keys.keys())
  }

  #suggest(question: string, word: string, candidates: Iterable<string>): string | undefined {
    const known = this.#suggested.get(question)
    if (known === undefined && this.#suggested.size >= mostSuggestions) return undefined
    const text = known ?? suggestion(word, candidates).replace('; ', '')
    this.#suggested.set(question, text)
    return text === '' ? undefined : text
  }
}

/** Loads what the questions are about. */
export async function loadWorld(call: Call, questions: readonly SecretQuestion[], depth: Depth): Promise<SecretWorld> {
  const names = new Set(questions.map(({ secret }) => secret))
  const secrets = await loadSecrets(call, names)
  if (depth === 'keys') await loadVersions(call, secrets, questions)
  const sources = depth === 'keys' ? new Set(questions.map((question) => question.sources)) : []
  const trust = await Trust.load(
    call,
    [...sources].flatMap((each) => [...each]),
  )
  const candidates = secrets.size === names.size ? [] : await loadCandidates(call)
  return new SecretWorld({ trust, nowMs: call.nowMs, secrets, candidates })
}

async function loadSecrets(call: Call, names: Iterable<string>): Promise<ReadonlyMap<string, FoundSecret>> {
  const rows = await loadNamesakes(call, [...names])
  const found = new Map<string, FoundSecret>()
  for (const [name, namesakes] of Map.groupBy(rows, (row) => row.name)) {
    const row = innermost(call, namesakes)
    if (row === undefined) continue
    const outer = innermost(
      call,
      namesakes.filter((other) => other !== row),
    )
    found.set(name, {
      row,
      readable: call.may(secretAccess(row), 'read'),
      shadows: outer !== undefined,
      versions: new Map(),
    })
  }
  return found
}

/** Of the workspace's only those that the caller may describe: no time tells that there are others. */
async function loadNamesakes(call: Call, names: readonly string[]): Promise<readonly SecretRow[]> {
  const visible = names.filter((name) => call.may({ kind: 'secret', name }, 'describe'))
  const load = (owners: readonly string[], values: readonly string[]): Promise<readonly SecretRow[]> =>
    listBatch(call.rows, secretTable, {
      where: `workspace_id = $1 AND scope_owner IN (${owners.map((_, index) => `$${String(index + 2)}`).join(', ')}) AND deleted_at IS NULL AND`,
      params: [call.workspaceId, ...owners],
      column: 'name',
      values,
    })
  if (visible.length === names.length) return load([call.principal.id, ''], names)
  return [...(await load([call.principal.id], names)), ...(await load([''], visible))]
}

/** Loads the newest and the pinned versions into their secrets. */
async function loadVersions(
  call: Call,
  secrets: ReadonlyMap<string, FoundSecret>,
  questions: readonly SecretQuestion[],
): Promise<void> {
  const byId = new Map<string, FoundSecret>()
  const newest = new Set<string>()
  const pinned = new Map<string, readonly [string, number]>()
  for (const { secret, version } of questions) {
    const found = secrets.get(secret)
    if (found === undefined) continue
    const { id, version: newestNumber, version_id: newestId } = found.row
    byId.set(id, found)
    if (version === undefined || version === newestNumber) newest.add(newestId)
    else pinned.set(`${id} ${String(version)}`, [id, version])
  }
  const add = (rows: readonly SecretVersionRow[]): void => {
    for (const row of rows) {
      const keys = new Map(versionKeys(row).map((key) => [key.name, key]))
      byId.get(row.secret_id)?.versions.set(row.number, { row, keys })
    }
  }
  add(await listBatch(call.rows, secretVersionTable, { column: 'id', values: newest }))
  const pins = [...pinned.values()]
  for (let at = 0; at < pins.length; at += pinsPerStatement) {
    const batch = pins.slice(at, at + pinsPerStatement)
    const pairs = batch.map(
      (_, index) => `(secret_id = $${String(2 * index + 1)} AND number = $${String(2 * index + 2)})`,
    )
    add(await call.rows.list(secretVersionTable, `WHERE ${pairs.join(' OR ')}`, batch.flat()))
  }
}

/** Names that may be meant where one is missing. */
async function loadCandidates(call: Call): Promise<readonly string[]> {
  const names: string[] = []
  for (const owner of [call.principal.id, '']) {
    const conditions = new Conditions()
    conditions.add('workspace_id = ? AND scope_owner = ? AND deleted_at IS NULL', call.workspaceId, owner)
    if (owner === '') conditions.named('name', call.visibleSecrets())
    const clauses = `${conditions.where} ORDER BY name LIMIT ${String(mostCandidates)}`
    const rows = await call.rows.list(secretTable, clauses, conditions.params)
    names.push(...rows.filter((row) => call.may(secretAccess(row), 'describe')).map(({ name }) => name))
  }
  return names
}
