// A real PostgreSQL of the test's own, on a free port of this machine, in a folder that goes with it.

import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findPostgres, postgresUser as user } from './find-postgres.ts'

/** May do anything. */
const administrator = 'postgres'
/** Owns the database of the tests, and may do nothing else. */
const owner = 'sotto_owner'

export interface PostgresSettings {
  readonly [name: string]: string
}

export class TestPostgres {
  readonly #bin: string
  readonly #folder: string
  readonly #settings: PostgresSettings
  readonly #removesItself: boolean
  readonly password: string = randomBytes(12).toString('hex')
  readonly port: number
  #process: ChildProcess | undefined
  #schemas = 0

  /** A new server, with the database `sotto` in it. `removesItself`: when this process ends, however it does. */
  static async start(settings: PostgresSettings = {}, removesItself = false): Promise<TestPostgres> {
    const bin = findPostgres()
    if (bin === undefined) throw new Error('there is no PostgreSQL here')
    const server = new TestPostgres({ bin, port: await freePort(), settings, removesItself })
    await server.#initialise()
    return server
  }

  private constructor(given: { bin: string; port: number; settings: PostgresSettings; removesItself: boolean }) {
    this.#bin = given.bin
    this.port = given.port
    this.#settings = given.settings
    this.#removesItself = given.removesItself
    this.#folder = mkdtempSync(join(tmpdir(), 'sotto-postgres-'))
    chmodSync(this.#folder, 0o755)
    if (user.uid !== undefined && user.gid !== undefined) chownSync(this.#folder, user.uid, user.gid)
  }

  /** Where its files lie. */
  get folder(): string {
    return this.#folder
  }

  /** The URL of a store in a schema that no other store has, without a password. */
  newUrl(database = 'sotto'): string {
    this.#schemas += 1
    return `postgres://${owner}@127.0.0.1:${String(this.port)}/${database}?schema=t${String(process.pid)}_${String(this.#schemas)}`
  }

  /** What lets a program in. */
  get env(): { readonly PGPASSWORD: string } {
    return { PGPASSWORD: this.password }
  }

  /** Runs SQL as the administrator, or as the owner of the database. */
  async sql(
    text: string,
    { database = 'sotto', as = administrator }: { database?: string; as?: string } = {},
  ): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ ...this.#login(as), database })
    await client.connect()
    try {
      const result: pg.QueryResult<Record<string, unknown>> | readonly pg.QueryResult[] = await client.query(text)
      return 'rows' in result ? result.rows : []
    } finally {
      await client.end()
    }
  }

  async start(changed: PostgresSettings = {}): Promise<void> {
    const settings = {
      port: String(this.port),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '64MB',
      log_min_messages: 'error',
      ...this.#settings,
      ...changed,
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    // The shell ends the server when we are gone, however we end.
    // (A job in the background has no standard input, so that of the shell is handed on.)
    const end = this.#removesItself ? '; rm -rf "$PWD"' : ''
    const script = `exec 3<&0; "$@" 3<&- & pid=$!; (cat <&3; kill -INT $pid 2>/dev/null) & wait $pid${end}`
    const command = [join(this.#bin, 'postgres'), '-D', this.#data, ...args]
    this.#process = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
      ...user,
      cwd: this.#folder,
      stdio: ['pipe', 'ignore', process.env['SOTTO_TEST_POSTGRES_LOG'] === undefined ? 'ignore' : 'inherit'],
    })
    this.#process.unref()
    for (let tries = 0; ; tries += 1) {
      try {
        await this.sql('SELECT 1', { database: 'postgres' })
        return
      } catch (error) {
        if (tries > 300) throw error
        // A server that was killed leaves processes that take a moment to notice.
        if (this.#process.exitCode !== null) return await this.start(changed)
        await sleep(50)
      }
    }
  }

  /** Ends the server as a loss of power would: with everything that it has not flushed. */
  async kill(): Promise<void> {
    const [pid = ''] = readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await this.#gone()
  }

  /** Ends it in order; connections are cut. */
  async stop(): Promise<void> {
    this.#process?.stdin?.end()
    await this.#gone()
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  async #gone(): Promise<void> {
    const child = this.#process
    child?.ref()
    if (child !== undefined && child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve))
    child?.stdin?.destroy()
  }

  async #initialise(): Promise<void> {
    const passwordFile = join(this.#folder, 'password')
    writeFileSync(passwordFile, this.password, { mode: 0o644 })
    mkdirSync(this.#data, { mode: 0o700 })
    if (user.uid !== undefined && user.gid !== undefined) chownSync(this.#data, user.uid, user.gid)
    const options = ['-U', administrator, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '-N']
    const made = spawnSync(join(this.#bin, 'initdb'), ['-D', this.#data, `--pwfile=${passwordFile}`, ...options], user)
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`)
    await this.start()
    await this.sql(`CREATE ROLE ${owner} LOGIN PASSWORD '${this.password}'`, { database: 'postgres' })
    await this.sql(`CREATE DATABASE sotto OWNER ${owner}`, { database: 'postgres' })
  }

  #login(as: string): pg.ClientConfig {
    return { host: '127.0.0.1', port: this.port, user: as, password: this.password, ssl: false }
  }
}

let shared: Promise<TestPostgres> | undefined

/** One server for all tests of this process; it goes with that. */
export function sharedPostgres(): Promise<TestPostgres> {
  shared ??= TestPostgres.start({}, true)
  return shared
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
