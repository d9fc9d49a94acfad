/**
 * Goal: planted values are nowhere but inside the sealed store. A pipeline uses them in every way there is, carelessly;
 * then each file, log, artifact and record is searched for the values and their usual encodings, and while it runs the
 * arguments and environments of all processes are watched.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { findPlanted, formsOf } from '../../demo/leaks.ts'
import { emptyHome } from '../support/sotto.ts'
import type { Home, Outcome } from '../support/sotto.ts'
import { watchProcesses } from './processes.ts'

const pipelineFile = `
import { writeFileSync } from 'node:fs'
import { Client, Sensitive } from 'sotto'
import { command, output, pipeline, secret, secretFile, step } from 'sotto/pipelines'

const careless = step('careless', { secrets: { api: secret('api', 'password', 'certificate') } }, async (_: Record<never, never>, { secrets }) => {
  const password = secrets.api.password.reveal()
  console.log('password', password, JSON.stringify({ password }), Buffer.from(password).toString('base64'))
  console.error(encodeURIComponent(password), Buffer.from(password).toString('hex'))
  for (const line of secrets.api.certificate.reveal().split('\\n')) console.log('| ' + line)
  for (const letter of password) process.stdout.write(letter)
  process.stdout.write('\\n' + String(secrets.api.password) + JSON.stringify(secrets) + '\\n')
  return { length: password.length }
})
const undeclared = step('undeclared', async ({ before }: { before: { length: number } }) => {
  const secret = await new Client().getSecret('second')
  console.log('undeclared', secret.secretValues['token'], secret)
  return before.length
})
const program = command('program', {
  run: ['sh', '-c', 'echo env $TOKEN; cat $FILE; sotto secret get second token; echo "{\\\\"a\\\\": \\\\"b\\\\"}" > $SOTTO_OUTPUTS/result.json; : MARKER'],
  inputs: ['before'],
  outputs: { result: output.json() },
  secrets: { TOKEN: secret('second', 'token'), FILE: secretFile('api', 'certificate') },
})
const after = step('after', async () => { console.log(JSON.stringify(process.env), process.argv.join()) })
const throws = step('throws', { secrets: { api: secret('api', 'password') } }, async (_: Record<never, never>, { secrets }) => {
  throw new Error('refused: ' + secrets.api.password.reveal(), { cause: { sent: secrets.api.password.reveal() } })
})
export const good = pipeline('good', () => {
  const first = careless({})
  const second = undeclared({ before: first })
  return after({}, { after: [program({ before: second }).result] })
})
export const bad = pipeline('bad', () => throws({}))
const returned = step('returned', { secrets: { api: secret('api', 'password') } }, async (_: Record<never, never>, { secrets }) => ({ kept: secrets.api.password }))
export const returns = pipeline('returns', () => returned({}))
void [writeFileSync, Sensitive]
`

interface Planted {
  readonly password: string
  readonly token: string
  readonly certificate: string
}

function plant(): Planted {
  const line = (): string => randomBytes(24).toString('base64')
  return {
    password: `p"w/${randomBytes(12).toString('base64url')}+é`,
    token: `tok-${randomBytes(16).toString('hex')}`,
    certificate: ['-----BEGIN PRIVATE KEY-----', line(), line(), line(), '-----END PRIVATE KEY-----', ''].join('\n'),
  }
}

/** What must not be found: each value, and each line of the key between its public first and last. */
function needles({ password, token, certificate }: Planted): string[] {
  return [password, token, ...certificate.split('\n').slice(1, 4)]
}

async function store(home: Home, planted: Planted): Promise<void> {
  await writeFile(path.join(home.work, 'certificate.pem'), planted.certificate)
  const first = await home.shell('sotto secret create api --password=@- --certificate=@certificate.pem', {
    input: planted.password,
  })
  const second = await home.shell('sotto secret create second --token=@-', { input: planted.token })
  assert.equal(first.status + second.status, 0, first.stderr + second.stderr)
  await writeFile(path.join(home.work, 'certificate.pem'), '')
  await writeFile(path.join(home.work, 'pipeline.ts'), pipelineFile)
}

function refuseShown(outcome: Outcome, forms: readonly string[], what: string): void {
  for (const form of forms)
    assert.ok(
      !`${outcome.stdout}${outcome.stderr}`.includes(form),
      `${what} shows a planted value as ${String(form.length)} characters`,
    )
}

test('after runs that succeed, fail and misbehave, no planted value lies outside the sealed store', async () => {
  await using home = await emptyHome()
  const planted = plant()
  await store(home, planted)
  const forms = needles(planted).flatMap(formsOf)
  // The command that declares TOKEN for its environment asked for it; its marker is in its arguments.
  using watch = watchProcesses(home.folder, forms, (program) => program.includes('MARKER'))
  const outcomes: [string, Outcome][] = []
  for (const [name, status] of [
    ['good', 0],
    ['bad', 1],
    ['returns', 1],
  ] as const) {
    const outcome = await home.shell(`sotto run start pipeline.ts#${name}`)
    assert.equal(outcome.status, status, outcome.stdout + outcome.stderr)
    outcomes.push([`the run of ${name}`, outcome])
  }
  outcomes.push(['exec', await home.shell(`sotto exec --env TOKEN={{second.token}} -- sh -c 'echo $TOKEN; : MARKER'`)])
  watch[Symbol.dispose]()
  for (const line of [
    'sotto run list -o json',
    'sotto audit list -o json',
    'sotto secret list -o json',
    'sotto secret get api -o json',
    'sotto secret describe api',
    'sotto secret history api',
  ]) {
    outcomes.push([line, await home.shell(line)])
  }
  const runs: unknown = JSON.parse((await home.shell('sotto run list -o json')).stdout)
  const items = (Array.isArray(runs) ? runs : (runs as { items: unknown[] }).items) as { id: string }[] // as the command documents
  assert.equal(items.length, 3)
  for (const { id } of items) {
    for (const verb of ['show', 'logs', 'secrets'])
      outcomes.push([`run ${verb}`, await home.shell(`sotto run ${verb} ${id}`)])
  }
  for (const [what, outcome] of outcomes) refuseShown(outcome, forms, what)
  assert.deepEqual(watch.sightings, [])
  assert.ok(watch.seen.size >= 6, `only ${String(watch.seen.size)} processes were seen: is the watch still working?`)
  assert.deepEqual(await findPlanted([home.folder, home.work], needles(planted)), [])
  const exec = outcomes.find(([what]) => what === 'exec')?.[1]
  assert.match(exec?.stdout ?? '', /\*\*\*/)
})

test('the search finds a value that is planted in a file in any of its forms', async () => {
  await using home = await emptyHome()
  const value = plant().token
  for (const [index, form] of formsOf(value).entries())
    await writeFile(path.join(home.work, String(index)), `before ${form} behind`)
  await writeFile(path.join(home.work, 'other'), Buffer.from(`xy${value}z`).toString('base64'))
  const found = await findPlanted([home.work], [value])
  assert.equal(found.length, formsOf(value).length + 1)
  assert.ok((await readFile(path.join(home.work, 'other'))).length > 0)
})
