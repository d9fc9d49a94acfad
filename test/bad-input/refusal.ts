/** What every refusal has in common: its exit code, its three lines, no value, no trace, and a store that is as before. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Home, Outcome } from '../support/sotto.ts'

/** A value that no output may hold: give it to the program wherever a value goes. */
export const PLANTED = 'planted-correct-horse-5f3a9c'

export interface Refusal {
  /** A line for the shell. */
  readonly line: string
  readonly status: number
  /** What standard error must say: what happened, where, and what next. */
  readonly says: RegExp
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs the line and holds it to all of the above, except for the store. */
export async function assertRefused(home: Home, { line, status, says, input, env }: Refusal): Promise<Outcome> {
  const outcome = await home.shell(line, { ...(input === undefined ? {} : { input }), ...(env && { env }) })
  assert.equal(outcome.status, status, `${line}\n${outcome.stdout}${outcome.stderr}`)
  assert.match(outcome.stderr, says, line)
  assert.match(outcome.stderr, /^error: /m, line)
  assert.match(outcome.stderr, /^next: ./m, line)
  assertClean(outcome, line)
  return outcome
}

/** No value, no trace of a stack, no mistake of ours. */
export function assertClean({ stdout, stderr }: Outcome, line: string): void {
  for (const text of [stdout, stderr]) {
    assert.ok(!text.includes(PLANTED), `${line} shows the value:\n${text}`)
    assert.doesNotMatch(text, /^\s+at .*:\d+:\d+|went wrong inside Sotto/m, line)
  }
}

/** All that is kept, as lists tell it. A refusal may add an event to the audit log, and nothing to this. */
export async function keptThings(home: Home): Promise<string> {
  const lists = ['secret', 'stack', 'experiment-tracker'].map((noun) => `sotto ${noun} list -o json`)
  const { status, stdout, stderr } = await home.shell(lists.join(' && '))
  assert.equal(status, 0, stderr)
  return stdout
}

/** Digest of every file of the store: two of them tell whether anything was written at all. */
export async function storeDigest(home: Home): Promise<string> {
  const folder = path.join(home.folder, 'sotto')
  const hash = createHash('sha256')
  for (const name of (await readdir(folder)).filter((file) => /^(store\.db|root\.key)/.test(file)).toSorted())
    if (!name.endsWith('-shm')) hash.update(name).update(await readFile(path.join(folder, name)))
  return hash.digest('hex')
}

/** The store still answers, and its audit chain holds. */
export async function assertIntact(home: Home, env?: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const options = env === undefined ? {} : { env }
  const listed = await home.shell('sotto secret list -o json', options)
  assert.equal(listed.status, 0, listed.stderr)
  const verified = await home.shell('sotto audit verify', options)
  assert.equal(verified.status, 0, verified.stdout + verified.stderr)
  const { items } = JSON.parse(listed.stdout) as { items: readonly { name: string }[] } // what `secret list` documents
  return items.map(({ name }) => name)
}
