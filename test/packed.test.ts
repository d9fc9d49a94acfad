/** The packages as they would be published, installed in an empty project: they run, and their types hold. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { emptyHome, root, runCommand } from './support/sotto.ts'
import type { Home, Outcome } from './support/sotto.ts'

let project: string
let home: Home

async function run(program: string, ...argv: readonly string[]): Promise<Outcome> {
  return await runCommand(program, argv, { cwd: project, env: home.env })
}

async function succeed(program: string, ...argv: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(program, ...argv)
  assert.equal(status, 0, `${program} ${argv.join(' ')}\n${stdout}${stderr}`)
  return stdout
}

before(async () => {
  home = await emptyHome()
  project = await mkdtemp(path.join(tmpdir(), 'sotto-packed-'))
  await writeFile(
    path.join(project, 'package.json'),
    JSON.stringify({ name: 'empty-project', private: true, type: 'module' }),
  )
  const tarballs: string[] = []
  for (const name of ['sdk', 'sotto']) {
    const folder = path.join(root, 'packages', name)
    const { status, stdout, stderr } = await runCommand('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: folder,
      env: process.env,
    })
    assert.equal(status, 0, stderr)
    const packed: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))
    // npm 10 prints a list, npm 11 an object by name; either holds one description of a tarball.
    const [first] = Object.values(packed as Record<string, { filename: string }>)
    assert.ok(first)
    tarballs.push(path.join(project, first.filename))
  }
  await succeed('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs)
})

after(async () => {
  await home[Symbol.asyncDispose]()
  await rm(project, { recursive: true, force: true })
})

const clientProgram = `
import { Client, isSottoError } from 'sotto'

const client = new Client()
await client.createSecret({ name: 'my_secret', values: { username: 'admin', password: 'abc123' } })
const secret = await client.getSecret('my_secret')
const byId = await client.getSecret(secret.id)
console.log(secret.secretValues['username'], byId.values['password']?.reveal(), String(secret.values['password']))
await client.updateSecret('my_secret', { values: { password: 'def456' } })
const { values } = await client.getSecret('my_secret', { keys: ['password'] })
console.log(Object.keys(values).join(), values['password']?.reveal())
for await (const found of client.listSecrets({ namePrefix: 'my_', sort: 'name' })) console.log(found.name, found.version)
await client.renameSecret('my_secret', 'your_secret')
await client.deleteSecret('your_secret')
try {
  await client.getSecret('your_secret')
} catch (error) {
  console.log(isSottoError(error, 'secret_not_found'))
}
`

test("the page's client program runs against the installed package", async () => {
  await writeFile(path.join(project, 'client.ts'), clientProgram)
  const stdout = await succeed(process.execPath, '--disable-warning=ExperimentalWarning', 'client.ts')
  assert.equal(stdout, 'admin abc123 ***\npassword def456\nmy_secret 2\ntrue\n')
})

test('the types of the installed packages hold in a strict project', async () => {
  await writeFile(path.join(project, 'client.ts'), clientProgram)
  await writeFile(
    path.join(project, 'types.ts'),
    `
import { parseTemplate } from '@sotto/sdk'
import type { Api } from '@sotto/sdk'
import type { SecretDescription } from '@sotto/sdk/model'
import { pipeline, secret, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

export const load = step('load', { secrets: { crm: secret('crm', 'password') } }, async ({ limit }: { limit: number }, { secrets }) => secrets.crm.password.reveal().length + limit)
export const churn = pipeline('churn', ({ limit }: Params<{ limit: number }>) => load({ limit }))
export const template = parseTemplate('{{crm.password}}')
export async function describe(api: Api): Promise<SecretDescription> {
  return await api.describeSecret({ secret: 'crm' })
}
`,
  )
  const options = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  }
  await writeFile(
    path.join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['client.ts', 'types.ts'] }),
  )
  await succeed(path.join(root, 'node_modules/.bin/tsc'), '-p', project)
})

test('the installed program runs, and on an older Node says in one sentence what it needs', async () => {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'packages/sotto/package.json'), 'utf8'))
  const { version } = manifest as { version: string } // our own manifest has one
  assert.match(
    await succeed(path.join(project, 'node_modules/.bin/sotto'), '--version'),
    new RegExp(version.replaceAll('.', '\\.')),
  )
  const guard = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } }); Object.defineProperty(process, 'version', { value: 'v20.1.0' })`
  await writeFile(path.join(project, 'older.cjs'), guard)
  const older = await run(
    process.execPath,
    '--require',
    path.join(project, 'older.cjs'),
    path.join(project, 'node_modules/sotto/dist/sotto.cjs'),
    '--version',
  )
  assert.notEqual(older.status, 0)
  assert.match(older.stderr, /24\.7/)
  assert.equal(older.stderr.trim().split('\n').length, 1, older.stderr)
})
