/**
 * MLflow for Python, installed once into `.cache/` of the repository: about a minute and 850 MB. Its version is the one
 * that the tests and the demo were made with.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** 3.18.0 lacks a part of the authentication. */
const version = '3.17.2'

const root = dirname(dirname(import.meta.dirname))
const venv = join(root, '.cache', `mlflow-${version}`)
const complete = join(venv, 'complete')
const lock = `${venv}.lock`
const pythons = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'] as const

export interface InstallOptions {
  /** Gets a line for what takes long: the installation. */
  readonly onProgress?: ((line: string) => void) | undefined
}

/** Whether a server can be started here (after the installation), else the reason. */
export function mlflowAvailable(): true | string {
  if (process.platform === 'win32') return 'MLflow is started by process groups, which Windows has not'
  if (existsSync(complete) || findPython() !== undefined) return true
  return 'MLflow needs Python 3.10 with venv, which is not installed (apt-get install python3-venv)'
}

/** Installs MLflow if it is not there. Two processes that ask at once wait for one another. Gives the interpreter. */
export async function installMlflow({ onProgress }: InstallOptions = {}): Promise<string> {
  const python = join(venv, 'bin', 'python')
  if (existsSync(complete)) return python
  mkdirSync(dirname(venv), { recursive: true })
  while (!takeLock()) {
    await sleep(500)
    if (existsSync(complete)) return python
  }
  try {
    // Another process may have finished between the look and the lock.
    if (existsSync(complete)) return python
    const base = findPython()
    if (base === undefined) throw new Error(String(mlflowAvailable()))
    onProgress?.(`Installing MLflow ${version} into ${venv} (once, about a minute) …`)
    rmSync(venv, { recursive: true, force: true })
    await runToEnd(base, ['-m', 'venv', venv])
    await runToEnd(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `mlflow[auth]==${version}`,
    ])
    // Written last, so that an interrupted installation does not count.
    writeFileSync(complete, '')
    return python
  } finally {
    rmSync(lock, { force: true })
  }
}

function findPython(): string | undefined {
  const test = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
  return pythons.find((name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0)
}

/** The lock is a file that holds its maker's process id, linked into place so that it never is without one. */
function takeLock(): boolean {
  const own = `${lock}.${String(process.pid)}`
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // link throws system errors
    // Left by a process that was killed: the next try gets it.
    if (!isLockHeld()) rmSync(lock, { force: true })
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

function isLockHeld(): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // readFile and kill throw system errors
  }
}

async function runToEnd(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = (words + chunk).slice(-4000)))
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${words}`)
}
