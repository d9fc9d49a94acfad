/** A server of Sotto as a process of its own, on a free port of this machine, until the test ends. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { emptyHome, root } from './sotto.ts'
import type { Home } from './sotto.ts'

export interface ServerProcess {
  /** The home of the store that it serves. */
  readonly home: Home
  readonly url: string
  readonly log: () => string
  /** A command line on the machine of the server, with all rights; it must end with 0. */
  readonly admin: (line: string) => Promise<string>
  readonly signal: (name: NodeJS.Signals) => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/** The options are those of `sotto server start`. */
export async function startServerProcess(t: TestContext, ...options: readonly string[]): Promise<ServerProcess> {
  const home = await emptyHome()
  const child = spawn(join(root, 'bin/sotto'), ['server', 'start', '--listen', '127.0.0.1:0', ...options], {
    cwd: home.work,
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
    await home[Symbol.asyncDispose]()
  })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const started = /"event":"started","url":"([^"]+)"/.exec(log)?.[1]
      if (started !== undefined) resolve(started)
    })
    void ended.then(() => reject(new Error(log)))
  })
  const admin = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await home.shell(line)
    assert.equal(status, 0, `${line}\n${stderr}`)
    return stdout
  }
  return { home, url, log: () => log, admin, signal: (name) => child.kill(name), ended }
}
