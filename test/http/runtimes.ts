/** Other JavaScript runtimes, from the registry of npm: installed on first use, into `.cache` of the checkout. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { root, runCommand } from '../support/sotto.ts'

const versions = { deno: '2.9.6', bun: '1.4.5' }
const folder = path.join(root, '.cache/runtimes')

/** The program of the runtime. */
export async function installRuntime(name: keyof typeof versions): Promise<string> {
  const program = path.join(folder, `${name}-${versions[name]}`, 'node_modules/.bin', name)
  if (existsSync(program)) return program
  const place = path.join(folder, `${name}-${versions[name]}`)
  mkdirSync(place, { recursive: true })
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefix',
    place,
    `${name}@${versions[name]}`,
  ]
  const { status, stderr } = await runCommand('npm', args, { cwd: place, env: process.env })
  if (status !== 0 || !existsSync(program)) throw new Error(`${name} could not be installed by npm: ${stderr}`)
  return program
}
