/**
 * One connection to PostgreSQL: settings, prepared statements, types. Statements are sent without waiting for the answers
 * to those before (the protocol's pipeline), so that works which wait for each other's answers share a round trip.
 *
 * Names of tables are looked up in the schema of the store and nowhere else: the system's catalogue comes before it, and
 * temporary tables, which would come first otherwise, after it.
 */
import { Socket } from 'node:net'
import type { Client, ClientConfig } from 'pg'
import { isSottoError, SottoError } from '@sotto/sdk/model'
import { loadDriver } from './postgres-driver.ts'
import { isServerError, LostConnection } from './postgres-error.ts'
import { refusePrograms } from './postgres-programs.ts'
import { readFacts, refuseServer } from './postgres-server.ts'
import type { PostgresFacts } from './postgres-server.ts'
import { columnTypes } from './postgres-types.ts'
import type { PostgresPlace, PostgresTls } from './postgres-url.ts'
import type { PostgresAnswer } from './postgres-answer.ts'
import type { SqlRow, SqlValue } from './store.ts'

/** More texts than the program has; only a fault would go beyond. */
const maxStatements = 500
const connectTimeoutMs = 10_000
/** What somebody may have made in the schema is looked for so often. */
const programsMs = 1000
/** How `COMMENT ON SCHEMA` marks a schema as ours. */
const mark = 'Sotto store'

export interface PostgresLogin {
  readonly place: PostgresPlace
  readonly password: string | undefined
}

export class PostgresConnection {
  readonly #client: Client
  /** Below TLS, where there is that. */
  readonly #socket: Socket
  readonly #place: PostgresPlace
  readonly #names = new Map<string, string>()
  #named = 0
  #broken = false
  /** Until then the last look for programs counts. */
  #programsUntilMs = 0
  #facts: PostgresFacts | undefined

  /**
   * Throws errors of the server as they are, `LostConnection`, and the codes `store_unsuitable`, `store_corrupt` (the
   * schema of another program) and `unsupported` (no driver).
   */
  static async open(login: PostgresLogin): Promise<PostgresConnection> {
    const { place } = login
    const { Client } = await loadDriver()
    const socket = new Socket()
    const client = new Client({ ...clientConfig(login), stream: () => socket })
    // Without a listener, a server that goes away while nothing is asked of it would end the process.
    client.on('error', () => undefined)
    try {
      await client.connect()
      const connection = new PostgresConnection({ client, socket, place })
      await connection.#prepare()
      return connection
    } catch (error) {
      socket.destroy()
      throw isServerError(error) || isSottoError(error) ? error : new LostConnection(error)
    }
  }

  private constructor({ client, socket, place }: { client: Client; socket: Socket; place: PostgresPlace }) {
    this.#client = client
    this.#socket = socket
    this.#place = place
    const lost = (): void => {
      this.#broken = true
    }
    client.on('error', lost)
    client.on('end', lost)
  }

  /** Of the server that answers. */
  get facts(): PostgresFacts {
    if (this.#facts === undefined) throw new Error('the connection was not prepared')
    return this.#facts
  }

  /** Is it lost? */
  get broken(): boolean {
    return this.#broken
  }

  /** As long as something is asked, the process stays; a connection that only waits keeps none alive. */
  hold(holds: boolean): void {
    if (holds) this.#socket.ref()
    else this.#socket.unref()
  }

  /** Throws errors of the server as they are, and `LostConnection`. */
  async query(sql: string, params: readonly SqlValue[] = []): Promise<PostgresAnswer> {
    for (const param of params) if (typeof param === 'string' && param.includes('\0')) throw holdsNul()
    const name = this.#nameOf(sql)
    const query = { name, text: sql, values: [...params] }
    try {
      const { rows, rowCount, command } = await this.#client.query<SqlRow>(query)
      return { rows, changed: rowCount ?? 0, command }
    } catch (error) {
      // The server may not have kept a statement that failed.
      if (this.#names.get(sql) === name) this.#names.delete(sql)
      throw this.#errorOf(error)
    }
  }

  /** Several statements without parameters. */
  async script(sql: string): Promise<void> {
    try {
      await this.#client.query(sql)
    } catch (error) {
      throw this.#errorOf(error)
    }
  }

  /** Sends a statement whose failure shows in those behind it, and waits for nothing. */
  post(sql: string): void {
    this.query(sql).catch(() => undefined)
  }

  /** Does the schema hold no table yet, or is not even there? */
  async isEmpty(): Promise<boolean> {
    const { rows } = await this.query('SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace($1) LIMIT 1', [
      this.#place.schema,
    ])
    return rows.length === 0
  }

  /** DDL, with the types of PostgreSQL; texts compare as bytes whatever the database's own order is. */
  async define(ddl: string): Promise<void> {
    const { schema } = this.#place
    const typed = ddl.replaceAll(/\bBYTES\b/g, 'BYTEA').replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"')
    // In the same transaction as the first table, so that a schema is ours as soon as it holds anything.
    if (await this.isEmpty())
      await this.script(`CREATE SCHEMA IF NOT EXISTS "${schema}"; COMMENT ON SCHEMA "${schema}" IS '${mark}'`)
    await this.script(typed)
  }

  /**
   * Refuses a schema with something in it that runs with our statements. Looks at most once a second, since the look takes
   * longer than a read; meanwhile the HMACs of rows, and the condition that each is held against, stand alone.
   */
  async refusePrograms(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs < this.#programsUntilMs) return
    await refusePrograms(this, this.#place)
    this.#programsUntilMs = nowMs + programsMs
  }

  /** Ends it; what is open in it is rolled back. */
  async close(): Promise<void> {
    this.#broken = true
    this.hold(true)
    await this.#client.end().catch(() => undefined)
  }

  /** Ends it without a word to a server that may not answer any more. */
  destroy(): void {
    this.#broken = true
    this.#socket.destroy()
  }

  async #prepare(): Promise<void> {
    await this.script(sessionSettings(this.#place))
    this.#facts = await readFacts(this)
    refuseServer(this.#facts, this.#place.text)
    await this.#refuseForeign()
    await this.refusePrograms()
    // As it was found, whatever somebody sets for the role later.
    await this.script(`SET synchronous_commit TO ${this.#facts.synchronousCommit}`)
  }

  async #refuseForeign(): Promise<void> {
    const { schema, text } = this.#place
    const find = 'SELECT obj_description(to_regnamespace($1), $2) AS mark'
    const { rows } = await this.query(find, [schema, 'pg_namespace'])
    if (rows[0]?.['mark'] === mark || (await this.isEmpty())) return
    // Another process may have made it ours in between, so the look is taken twice.
    const again = await this.query(find, [schema, 'pg_namespace'])
    if (again.rows[0]?.['mark'] === mark) return
    throw new SottoError('store_corrupt', `the schema ${schema} of ${text} belongs to another program`, {
      hint: 'name another one in the URL, as in ?schema=sotto_team; nothing was changed',
    })
  }

  /** What neither the server says nor we do ourselves is the end of the connection. */
  #errorOf(error: unknown): unknown {
    if (isServerError(error) || isSottoError(error)) return error
    this.#broken = true
    return new LostConnection(error)
  }

  #nameOf(sql: string): string {
    const known = this.#names.get(sql)
    if (known !== undefined) return known
    if (this.#names.size >= maxStatements) return ''
    this.#named += 1
    const name = `s${String(this.#named)}`
    this.#names.set(sql, name)
    return name
  }
}

function clientConfig({ place, password }: PostgresLogin): ClientConfig {
  const { host, port, user, database, tls } = place
  return {
    host,
    port,
    user,
    database,
    password,
    ssl: tls === undefined ? false : tlsOptions(tls),
    // With it, whoever stands between us and the server cannot pass a password on.
    enableChannelBinding: tls !== undefined,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'sotto',
    pipeline: true,
    types: columnTypes,
  }
}

function tlsOptions({ mode, authority, certificate, key }: PostgresTls): NonNullable<ClientConfig['ssl']> {
  return {
    rejectUnauthorized: mode !== 'require',
    ...(authority === undefined ? {} : { ca: authority }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  }
}

/**
 * What must not depend on how the role or the database is set. `row_security = off` makes a policy that would hide rows an
 * error; a process that was stopped in a transaction gives its lock up after half a minute.
 */
function sessionSettings({ schema }: PostgresPlace): string {
  return `
    SET search_path TO "${schema}", pg_temp;
    SET default_transaction_isolation TO 'read committed';
    SET idle_in_transaction_session_timeout TO '30s';
    SET statement_timeout TO 0;
    SET client_min_messages TO 'error';
    SET bytea_output TO 'hex';
    SET row_security TO off;
    SET jit TO off`
}

function holdsNul(): SottoError {
  return new SottoError('input_invalid', 'a text holds the character NUL, which PostgreSQL cannot keep', {
    hint: 'leave it out of names, descriptions and labels; values may hold it',
  })
}
