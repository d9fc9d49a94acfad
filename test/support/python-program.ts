/**
 * Programs of other people that come from the Python registry, each installed once into a virtual environment in `.cache/` of
 * the repository. Tests, demos and benchmarks share it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = dirname(dirname(import.meta.dirname))
const pythons = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'] as const

export interface InstallOptions {
  /** Gets a line for what takes long: the installation. */
  readonly onProgress?: ((line: string) => void) | undefined
}

export interface PythonProgram {
  /** For the folder, with the version behind it. */
  readonly name: string
  readonly version: string
  /** For pip, exact. */
  readonly packages: readonly string[]
  /** How long it takes, in words. */
  readonly takes: string
}

/** Whether it can be installed here, or is already; else the reason. */
export function pythonProgramAvailable(program: PythonProgram): true | string {
  if (process.platform === 'win32') return `${program.name} is started by process groups, which Windows has not`
  if (existsSync(placesOf(program).complete) || findPython() !== undefined) return true
  return `${program.name} needs Python 3.10 with venv, which is not installed (apt-get install python3-venv)`
}

/** Installs it if it is not there. Two processes that ask at once wait for one another. Gives the folder of its environment. */
export async function installPythonProgram(
  program: PythonProgram,
  { onProgress }: InstallOptions = {},
): Promise<string> {
  const { venv, complete, lock } = placesOf(program)
  if (existsSync(complete)) return venv
  mkdirSync(dirname(venv), { recursive: true })
  while (!takeLock(lock)) {
    await sleep(500)
    if (existsSync(complete)) return venv
  }
  try {
    // Another process may have finished between the look and the lock.
    if (existsSync(complete)) return venv
    const base = findPython()
    if (base === undefined) throw new Error(String(pythonProgramAvailable(program)))
    const { name, version, takes, packages } = program
    onProgress?.(`Installing ${name} ${version} into ${venv} (once, ${takes}) …`)
    rmSync(venv, { recursive: true, force: true })
    await runToEnd(base, ['-m', 'venv', venv])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    await runToEnd(join(venv, 'bin', 'python'), [...pip, ...packages])
    // Written last, so that an interrupted installation does not count.
    writeFileSync(complete, '')
    return venv
  } finally {
    rmSync(lock, { force: true })
  }
}

function placesOf({ name, version }: PythonProgram): { venv: string; complete: string; lock: string } {
  const venv = join(root, '.cache', `${name.toLowerCase()}-${version}`)
  return { venv, complete: join(venv, 'complete'), lock: `${venv}.lock` }
}

function findPython(): string | undefined {
  const test = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'
  return pythons.find((name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0)
}

/** The lock is a file that holds its maker's process id, linked into place so that it never is without one. */
function takeLock(lock: string): boolean {
  const own = `${lock}.${String(process.pid)}`
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // link throws system errors
    // Left by a process that was killed: the next try gets it.
    if (!isLockHeld(lock)) rmSync(lock, { force: true })
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

function isLockHeld(lock: string): boolean {
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
