/** Goal: what is deployed is taken by those who read it, and what the container copies is enough to serve. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { requirePart } from '../support/parts.ts'
import { installActionlint, installPythonLinters } from '../support/linters.ts'
import { root } from '../support/sotto.ts'

const container = join(root, 'deploy/container/Containerfile')
const unit = join(root, 'deploy/systemd/sotto.service')

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-deploy-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function run(program: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: root })
  return { status, output: stdout + stderr }
}

function assertPasses(program: string, args: readonly string[]): void {
  const { status, output } = run(program, args)
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${output}`)
}

test('hadolint takes the container file, and none that runs as root or floats', (t) => {
  if (!requirePart(t, 'python')) return
  const hadolint = join(installPythonLinters(), 'hadolint')
  assertPasses(hadolint, [container])
  const bad = join(temporaryFolder(t), 'Containerfile')
  writeFileSync(bad, 'FROM node:latest\nUSER root\n')
  assert.notEqual(run(hadolint, [bad]).status, 0)
  const text = readFileSync(container, 'utf8')
  assert.match(text, /^USER 65532:65532$/m)
  assert.match(text, /^HEALTHCHECK /m)
  assert.equal(text.match(/^FROM node:26\.10\.0-/gm)?.length, 2, 'the Node that the tests run under')
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  assert.ok(text.includes(`pg@${devDependencies['pg'] ?? ''}\n`), 'the driver of PostgreSQL that the tests run with')
})

test('the schemas of Kubernetes take every manifest, and none with a member too many', (t) => {
  if (!requirePart(t, 'python')) return
  const validate = join(installPythonLinters(), 'kubernetes-validate')
  const files = globSync('{deploy,examples}/kubernetes/*.yaml', { cwd: root })
  const manifests = files.filter((file) => basename(file) !== 'kustomization.yaml')
  assert.ok(manifests.length >= 6, manifests.join(' '))
  assertPasses(validate, ['--strict', ...manifests])
  const bad = join(temporaryFolder(t), 'bad.yaml')
  writeFileSync(bad, readFileSync(join(root, 'deploy/kubernetes/service.yaml'), 'utf8').replace('ports:', 'prots:'))
  assert.notEqual(run(validate, ['--strict', bad]).status, 0)
  const listed = readFileSync(join(root, 'deploy/kubernetes/kustomization.yaml'), 'utf8')
  for (const file of globSync('deploy/kubernetes/*.yaml', { cwd: root }))
    if (basename(file) !== 'kustomization.yaml') assert.ok(listed.includes(`- ${basename(file)}\n`), file)
})

test('systemd takes the unit, and finds it closed', (t) => {
  if (!requirePart(t, 'systemd')) return
  // Where a program is not installed the unit is refused, so it names one that is.
  const copy = join(temporaryFolder(t), 'sotto.service')
  writeFileSync(copy, readFileSync(unit, 'utf8').replace('/usr/local/bin/sotto', '/bin/true'))
  assertPasses('systemd-analyze', ['verify', copy])
  assertPasses('systemd-analyze', ['security', '--offline=true', '--threshold=15', '--no-pager', copy])
  writeFileSync(copy, readFileSync(copy, 'utf8').replace(/^(Protect|Restrict|SystemCall|Capability).*\n/gm, ''))
  assert.notEqual(
    run('systemd-analyze', ['security', '--offline=true', '--threshold=15', '--no-pager', copy]).status,
    0,
  )
})

test('actionlint takes the example of a workflow, and none that writes an expression into a script', (t) => {
  if (!requirePart(t, 'go')) return
  const actionlint = installActionlint()
  assertPasses(actionlint, ['-shellcheck=', ...globSync('examples/github-actions/*.yaml', { cwd: root })])
  const bad = join(temporaryFolder(t), 'bad.yaml')
  const step = '      - run: echo ${{ github.event.issue.title }}\n'
  writeFileSync(bad, `on: issues\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n${step}`)
  assert.notEqual(run(actionlint, ['-shellcheck=', bad]).status, 0)
})

test('what the container copies is enough: it serves from there, and its health check sees it', async (t) => {
  const folder = temporaryFolder(t)
  const target = join(folder, 'opt')
  mkdirSync(join(target, 'dist'), { recursive: true })
  const build = spawnSync(join(root, 'bin/sotto'), ['--version'], { encoding: 'utf8' })
  assert.equal(build.status, 0, build.stderr)
  const copies = [...readFileSync(container, 'utf8').matchAll(/^COPY --from=build (\/src\/.+) (\/opt\/sotto\/\S*)$/gm)]
  assert.ok(copies.length >= 4)
  for (const [, sources = '', place = ''] of copies)
    for (const source of sources.split(' '))
      cpSync(source.replace('/src/', `${root}/`), join(place.replace('/opt/sotto', target), basename(source)))
  const home = join(folder, 'home')
  const node = process.execPath
  const child = spawn(node, ['--', join(target, 'dist/sotto.cjs'), 'server', 'start', '--listen', '127.0.0.1:0'], {
    env: { SOTTO_HOME: home, PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const url = await new Promise<string>((resolve, reject) => {
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const started = /"event":"started","url":"([^"]+)"/.exec(log)?.[1]
      if (started !== undefined) resolve(started)
    })
    void ended.then(() => reject(new Error(log)))
  })
  const health = (address: string): number | null =>
    spawnSync(node, [join(target, 'health.cjs')], { env: { SOTTO_HEALTH_URL: address } }).status
  assert.equal(health(`${url}/healthz`), 0)
  assert.equal(health(`${url}/nowhere`), 1)
  assert.equal(health('http://127.0.0.1:1/healthz'), 1)
})
