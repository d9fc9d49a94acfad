/**
 * Where a store on PostgreSQL lies, from its URL:
 *
 *     postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE&schema=sotto
 *
 * The parameters have the names and meanings of libpq, https://www.postgresql.org/docs/current/libpq-connect.html; one
 * that we do not know is refused, since it may be the one that somebody relies on. Nothing here quotes the URL in an
 * error: it may hold a password.
 */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { shown, SottoError, systemCode } from '@sotto/sdk/model'

type Environment = Readonly<Record<string, string | undefined>>

/** What TLS is asked for. */
export interface PostgresTls {
  /** `require` encrypts for whoever answers; the others hold its certificate against an authority, the last its name too. */
  readonly mode: 'require' | 'verify-ca' | 'verify-full'
  /** PEM; the authorities that Node knows where it is not given. */
  readonly authority: string | undefined
  /** PEM, for a database that asks its clients for one. */
  readonly certificate: string | undefined
  readonly key: string | undefined
}

export interface PostgresPlace {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  /** All tables of the store lie in it, and nothing else. */
  readonly schema: string
  readonly tls: PostgresTls | undefined
  /** From the URL. */
  readonly password: string | undefined
  /** For messages: without a password. */
  readonly text: string
}

const defaultSchema = 'sotto'
const knownParameters = new Set(['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'schema'])

/** Throws `input_invalid` and `file_unreadable` (a certificate). `env` says who we are where the URL does not. */
export function parsePostgresUrl(text: string, env: Environment): PostgresPlace {
  const url = parseUrl(text)
  const parameters = readParameters(url)
  const host = parameters.get('host') ?? (decoded(url.hostname).replaceAll(/^\[|\]$/g, '') || 'localhost')
  const port = url.port === '' ? 5432 : Number(url.port)
  const user = decoded(url.username) || (env['PGUSER'] ?? '') || userInfo().username
  const database = decoded(url.pathname.slice(1)) || user
  const schema = parameters.get('schema') ?? defaultSchema
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw invalid(
      `the schema ${shown(schema)} is none that a store can have`,
      'lower-case letters, digits and _, as in ?schema=sotto',
    )
  }
  const authority = host.includes(':') ? `[${host}]` : encodeURIComponent(host)
  const at = host.startsWith('/') ? `/${encodeURIComponent(database)}?host=${host}` : undefined
  const shownSchema = schema === defaultSchema ? '' : `${at === undefined ? '?' : '&'}schema=${schema}`
  return {
    host,
    port,
    user,
    database,
    schema,
    tls: readTls(parameters, host),
    password: url.password === '' ? undefined : decoded(url.password),
    text: `postgres://${encodeURIComponent(user)}@${at ?? `${authority}:${String(port)}/${encodeURIComponent(database)}`}${shownSchema}`,
  }
}

function parseUrl(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    // Node's own error carries the whole text.
    throw invalid('the URL of the store cannot be read', 'postgres://USER@HOST:5432/DATABASE')
  }
  if (url.hash !== '' || url.pathname.slice(1).includes('/'))
    throw invalid('the URL of the store names no database', 'postgres://USER@HOST:5432/DATABASE')
  return url
}

function readParameters(url: URL): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    if (!knownParameters.has(name) || found.has(name)) {
      const what = found.has(name) ? 'is given twice' : 'is not known'
      throw invalid(
        `the parameter ${shown(name)} in the URL of the store ${what}`,
        `there are ${[...knownParameters].join(', ')}`,
      )
    }
    found.set(name, value)
  }
  return found
}

/** Without a word about it, whatever leaves this machine is encrypted, and only for the server that was named. */
function readTls(parameters: ReadonlyMap<string, string>, host: string): PostgresTls | undefined {
  const mode = parameters.get('sslmode') ?? (isLocal(host) ? 'disable' : 'verify-full')
  if (mode === 'disable') return undefined
  if (mode !== 'require' && mode !== 'verify-ca' && mode !== 'verify-full') {
    throw invalid(
      `sslmode=${shown(mode)} in the URL of the store is not known`,
      'disable, require, verify-ca or verify-full; allow and prefer would leave it to whoever is in between',
    )
  }
  const file = (name: string): string | undefined => {
    const path = parameters.get(name)
    return path === undefined || (name === 'sslrootcert' && path === 'system') ? undefined : readPem(name, path)
  }
  return { mode, authority: file('sslrootcert'), certificate: file('sslcert'), key: file('sslkey') }
}

/** A Unix socket, or an address that never leaves this machine. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SottoError('file_unreadable', `${name} ${shown(path)} cannot be read (${systemCode(error) ?? ''})`, {
      hint: `name a PEM file in the URL of the store: ${name}=/path/to/file.pem`,
    })
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('the URL of the store has a % that stands for nothing', 'write % as %25')
  }
}

function invalid(message: string, hint: string): SottoError {
  return new SottoError('input_invalid', message, { hint })
}
