// Makes a store as the code of this commit writes it, for the test of upgrades to open with all later code:
//
//   node_modules/.bin/node --conditions=sotto-source test/upgrades/make-store.ts
//
// writes test/upgrades/fixtures/schema-N/ (N is the schema of this commit): the database, its root key, and what must be
// found in it. Run it on the last commit before a migration is added, or on main right behind it; a folder that is
// there is never made again, for it stands for a store that somebody has.

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openEmbedded } from '../../packages/sotto/src/connect/embedded.ts'
import type { StoredSecret, StoreFacts } from './store-facts.ts'

const secrets: readonly StoredSecret[] = [
  { name: 'crm', scope: 'workspace', version: 1, values: { user: 'ada', password: 'first' } },
  { name: 'crm', scope: 'workspace', version: 2, values: { user: 'ada', password: 'second', token: 'ünïcode ✓' } },
  { name: 'crm', scope: 'user', version: 1, values: { password: 'my own' } },
  { name: 'tracking', scope: 'workspace', version: 1, values: { password: 'p'.repeat(5000) } },
]

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'sotto-make-store-'))
  try {
    const opened = await openEmbedded({ SOTTO_HOME: home })
    await fill(opened.api)
    const facts = await describe(opened.api)
    await opened.close()
    const folder = join(import.meta.dirname, 'fixtures', `schema-${String(facts.schemaVersion)}`)
    if (existsSync(folder)) throw new Error(`${folder} is there`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'store.db.gz'), gzipSync(readFileSync(join(home, 'store.db')), { level: 9 }))
    copyFileSync(join(home, 'root.key'), join(folder, 'root.key'))
    writeFileSync(join(folder, 'facts.json'), `${JSON.stringify(facts, undefined, 2)}\n`)
    console.log(folder)
  } finally {
    rmSync(home, { recursive: true })
  }
}

async function fill(api: Api): Promise<void> {
  for (const { name, scope, version, values } of secrets) {
    const given = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textValue(value)]))
    if (version === 1) await api.createSecret({ name, scope, values: given, labels: { team: 'ml' } })
    else await api.updateSecret({ secret: name, scope, values: given })
  }
  await api.createSecret({ name: 'gone', values: { a: textValue('b') } })
  await api.deleteSecret({ secret: 'gone' })
  const type = 'experiment-tracker'
  const tracking_uri = 'https://tracker.test'
  const attributes = { tracking_uri, tracking_username: '{{crm.user}}', tracking_password: '{{tracking.password}}' }
  await api.registerComponent({ type, name: 'tracker', flavor: 'mlflow', attributes })
  await api.registerStack({ name: 'prod', from: 'default', components: { [type]: 'tracker' } })
  await api.updateStackSettings({ stack: 'prod', settings: { 'declared-secrets': 'required' } })
  await api.activateStack({ stack: 'prod' })
  const level = 'SECRET_AND_KEY_EXISTS'
  const requirements = { secrets: [{ place: 'step load', name: 'crm' }] }
  const { id: run } = await api.createRun({
    pipeline: 'churn',
    stack: 'prod',
    parameters: {},
    plan: { format: 1, nodes: [] },
    level,
    requirements,
  })
  const { id: attempt } = await api.startAttempt({ run, step: 'load' })
  await api.resolveSecrets({ items: [{ secret: 'crm' }], attempt })
  const output = { name: 'rows', digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 3, codec: 'json' } as const
  await api.finishAttempt({ attempt, state: 'completed', exitCode: 0, outputs: [output] })
  await api.finishRun({ run, state: 'completed' })
  await api.createServiceAccount({ name: 'ci', description: 'builds' })
  await api.createToken({ name: 'deploy', principal: 'ci' })
  await api.describeSecret({ secret: 'nowhere' }).catch(() => undefined) // leaves a refusal
}

/** What must be found again, asked of the code that wrote it. */
async function describe(api: Api): Promise<StoreFacts> {
  const { schemaVersion } = await api.describeStore({})
  const run = (await api.listRuns({})).items[0]?.id ?? ''
  const { fingerprint, checkpoint, events } = await api.verifyAudit({})
  return {
    madeBy: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim(),
    schemaVersion,
    secrets,
    component: { ...(await api.describeComponent({ type: 'experiment-tracker', component: 'tracker' })) },
    stack: { ...(await api.describeStack({})) },
    run: { ...(await api.describeRun({ run })) },
    reads: (await api.listRunSecrets({ run })).reads.map((read) => ({ ...read })),
    audit: { fingerprint, checkpoint, events },
  }
}

await main()
