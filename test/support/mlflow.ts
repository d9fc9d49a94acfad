/**
 * A real MLflow tracking server with basic authentication, for tests and for the demo: up in about 12 s, with 500 MB of
 * memory.
 *
 *   await using mlflow = await startMlflow()
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from './local-server.ts'
import type { LocalServer, ServerCommand, ServerPlace } from './local-server.ts'
import { installMlflow, type InstallOptions } from './mlflow-install.ts'

export { mlflowAvailable } from './mlflow-install.ts'

export interface Mlflow extends LocalServer {
  readonly username: string
  /** 24 characters, made for this server. */
  readonly password: string
  /** The interpreter in which `import mlflow` works. */
  readonly python: string
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
  const username = 'admin'
  const password = randomBytes(18).toString('base64url')
  const given = { python, username, password, rememberSignIn: options.rememberSignIn === true }
  const server = await startServer({
    name: 'MLflow',
    command: (place) => commandOf(place, given),
    healthPath: '/health',
  })
  return { ...server, username, password, python }
}

interface GivenOptions {
  readonly python: string
  readonly username: string
  readonly password: string
  readonly rememberSignIn: boolean
}

/** Its working directory is its folder, since the users of basic-auth lie in a database there. */
function commandOf(
  { port, dir }: ServerPlace,
  { python, username, password, rememberSignIn }: GivenOptions,
): ServerCommand {
  const args = `-m mlflow server --app-name basic-auth --host 127.0.0.1 --port ${String(port)} --workers 1`.split(' ')
  args.push('--backend-store-uri', `sqlite:///${join(dir, 'mlflow.db')}`)
  args.push('--artifacts-destination', join(dir, 'artifacts'))
  const env = {
    ...withoutMlflow(process.env),
    ...(rememberSignIn ? { MLFLOW_AUTH_CONFIG_PATH: writeAuthConfig(dir) } : {}),
    MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(16).toString('hex'),
    MLFLOW_AUTH_ADMIN_USERNAME: username,
    MLFLOW_AUTH_ADMIN_PASSWORD: password,
    // Eight processes for evaluation jobs, which nobody asks for here.
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    MLFLOW_DISABLE_TELEMETRY: 'true',
  }
  return { program: python, args, env }
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
