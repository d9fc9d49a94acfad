/**
 * A real MLflow tracking server with basic authentication, for tests and for the demo: up in about 12 s, with 500 MB of
 * memory.
 *
 *   await using mlflow = await startMlflow()
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installMlflow, type InstallOptions } from './mlflow-install.ts'

export { mlflowAvailable } from './mlflow-install.ts'

export interface Mlflow extends AsyncDisposable {
  readonly url: string
  readonly username: string
  /** 24 characters, made for this server. */
  readonly password: string
  /** The interpreter in which `import mlflow` works. */
  readonly python: string
  /** Database, artifacts and `server.log`; `stop` removes it. */
  readonly dir: string
  readonly pid: number
  /** Ends the server with everything it started. Twice is the same as once. */
  stop(): Promise<void>
}

export interface MlflowOptions extends InstallOptions {
  /**
   * Remember a right password for a minute: hashing it takes MLflow a quarter of a second for each request. With it,
   * MLflow 3.17.2 answers a bearer token with 500 instead of 401.
   */
  readonly rememberSignIn?: boolean | undefined
}

/** Starts a server and waits until it answers. */
export async function startMlflow(options: MlflowOptions = {}): Promise<Mlflow> {
  const python = await installMlflow(options)
  // The port may be taken between the look and the start: then the server ends at once, and we look again.
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(python, options.rememberSignIn === true)
    } catch (error) {
      if (tries === 3 || !(error instanceof PortTaken)) throw error
    }
  }
}

class PortTaken extends Error {}

async function startOnce(python: string, rememberSignIn: boolean): Promise<Mlflow> {
  const dir = mkdtempSync(join(tmpdir(), 'sotto-mlflow-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  const username = 'admin'
  const password = randomBytes(18).toString('base64url')
  const child = spawnServer({ python, dir, port, username, password, rememberSignIn })
  const stop = stopper(child, dir)
  try {
    await waitUntilUp(child, url, join(dir, 'server.log'))
  } catch (error) {
    await stop()
    throw error
  }
  const pid = child.pid ?? 0
  return { url, username, password, python, dir, pid, stop, [Symbol.asyncDispose]: stop }
}

interface ServerOptions {
  readonly python: string
  readonly dir: string
  readonly port: number
  readonly username: string
  readonly password: string
  readonly rememberSignIn: boolean
}

function spawnServer({ python, dir, port, username, password, rememberSignIn }: ServerOptions): ChildProcess {
  const args = `-m mlflow server --app-name basic-auth --host 127.0.0.1 --port ${String(port)} --workers 1`.split(' ')
  args.push('--backend-store-uri', `sqlite:///${join(dir, 'mlflow.db')}`)
  args.push('--artifacts-destination', join(dir, 'artifacts'))
  const log = openSync(join(dir, 'server.log'), 'w', 0o600)
  try {
    return spawn(python, args, {
      // The users of basic-auth lie in a database of the working directory.
      cwd: dir,
      // A group of its own, so that its workers end with it.
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...withoutMlflow(process.env),
        ...(rememberSignIn ? { MLFLOW_AUTH_CONFIG_PATH: writeAuthConfig(dir) } : {}),
        MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(16).toString('hex'),
        MLFLOW_AUTH_ADMIN_USERNAME: username,
        MLFLOW_AUTH_ADMIN_PASSWORD: password,
        // Eight processes for evaluation jobs, which nobody asks for here.
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
      },
    })
  } finally {
    closeSync(log)
  }
}

function writeAuthConfig(dir: string): string {
  const path = join(dir, 'auth.ini')
  const lines = [
    '[mlflow]',
    'default_permission = READ',
    'database_uri = sqlite:///basic_auth.db',
    'auth_cache_ttl_seconds = 60',
  ]
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

function withoutMlflow(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^_?MLFLOW_/.test(name)))
}

async function waitUntilUp(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = Date.now() + 120_000
  let failed: Error | undefined
  child.once('error', (error) => (failed = error))
  while (Date.now() < deadline) {
    if (failed !== undefined) throw failed
    if (child.exitCode !== null || child.signalCode !== null) {
      const text = readFileSync(log, 'utf8')
      if (/address already in use/i.test(text)) throw new PortTaken('the port was taken')
      throw new Error(`MLflow ended while starting:\n${text.slice(-2000)}`)
    }
    const isUp = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await sleep(100)
  }
  throw new Error(`MLflow did not answer in 120 s:\n${readFileSync(log, 'utf8').slice(-2000)}`)
}

function stopper(child: ChildProcess, dir: string): () => Promise<void> {
  // Also when the process ends without asking us: a server must not outlive its test.
  const atExit = (): void => signalGroup(child, 'SIGKILL')
  process.once('exit', atExit)
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const ended = hasEnded(child) ? undefined : new Promise((resolve) => child.once('exit', resolve))
    signalGroup(child, 'SIGTERM')
    await Promise.race([ended, sleep(5000, undefined, { ref: false })])
    // Also after a clean end of the first process: its workers may still be there.
    signalGroup(child, 'SIGKILL')
    await ended
    process.removeListener('exit', atExit)
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  return async () => await (stopped ??= stop())
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone.
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
