/**
 * A server of somebody else, started for a test on a free port of this machine, with a folder of its own that goes with it.
 *
 *   await using server = await startServer({ name, command: ({ port, dir }) => … })
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LocalServer extends AsyncDisposable {
  readonly url: string
  /** Its working directory with `server.log`; `stop` removes it. */
  readonly dir: string
  readonly pid: number
  /** Ends the server with everything it started. Twice is the same as once. */
  stop(): Promise<void>
}

export interface ServerPlace {
  readonly port: number
  readonly dir: string
}

export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface ServerOptions {
  /** For messages. */
  readonly name: string
  readonly command: (place: ServerPlace) => ServerCommand
  /** Answers with success as soon as the server is up: `/health`. */
  readonly healthPath: string
}

const patienceMs = 120_000

/** Starts a server and waits until it answers. */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  // The port may be taken between the look and the start: then the server ends at once, and we look again.
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(options)
    } catch (error) {
      if (tries === 3 || !(error instanceof PortTaken)) throw error
    }
  }
}

class PortTaken extends Error {}

async function startOnce({ name, command, healthPath }: ServerOptions): Promise<LocalServer> {
  const dir = mkdtempSync(join(tmpdir(), `sotto-${name.toLowerCase()}-`))
  const port = await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  const child = spawnServer(command({ port, dir }), dir)
  const stop = stopper(child, dir)
  try {
    await waitUntilUp(child, { name, health: `${url}${healthPath}`, log: logIn(dir) })
  } catch (error) {
    await stop()
    throw error
  }
  return { url, dir, pid: child.pid ?? 0, stop, [Symbol.asyncDispose]: stop }
}

function logIn(dir: string): string {
  return join(dir, 'server.log')
}

function spawnServer({ program, args, env }: ServerCommand, dir: string): ChildProcess {
  const log = openSync(logIn(dir), 'w', 0o600)
  try {
    // A group of its own, so that what it starts ends with it.
    return spawn(program, args, { cwd: dir, detached: true, stdio: ['ignore', log, log], env: { ...env } })
  } finally {
    closeSync(log)
  }
}

async function waitUntilUp(
  child: ChildProcess,
  { name, health, log }: { readonly name: string; readonly health: string; readonly log: string },
): Promise<void> {
  const deadline = Date.now() + patienceMs
  let failed: Error | undefined
  child.once('error', (error) => (failed = error))
  while (Date.now() < deadline) {
    if (failed !== undefined) throw failed
    if (child.exitCode !== null || child.signalCode !== null) {
      const text = readFileSync(log, 'utf8')
      if (/address already in use/i.test(text)) throw new PortTaken('the port was taken')
      throw new Error(`${name} ended while starting:\n${text.slice(-2000)}`)
    }
    const isUp = await fetch(health, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await sleep(100)
  }
  throw new Error(
    `${name} did not answer in ${String(patienceMs / 1000)} s:\n${readFileSync(log, 'utf8').slice(-2000)}`,
  )
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
