/**
 * Goal: whatever is killed, and when, nothing that was acknowledged is lost, nothing is there by half or twice, every value
 * opens, and the chain is whole and has each change and each value that was shown. Method: readers, writers, changes of data
 * keys, root keys and recovery codes, backups and restores run as processes on one store and write down what they are told;
 * random ones get SIGKILL at random moments, and after each round a new process holds the store against what was written
 * down (`expectation.ts`). That this finds what is wrong is tried in `mutations.test.ts`.
 *
 *     SOTTO_CRASH_ROUNDS=2000 npm test -- test/crash       a long one
 *     SOTTO_CRASH_SEED=17 npm test -- test/crash           the same choices again (not the same moments: those are real)
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { crews, runChapter } from './chapter.ts'
import type { ChapterReport } from './chapter.ts'
import { bundlePrograms } from './crew.ts'

const rounds = Number(process.env['SOTTO_CRASH_ROUNDS'] ?? 100)
/** A chain that is walked as a whole after each round would make a long test quadratic. */
const roundsOfOneStore = 20
const seed = Number(process.env['SOTTO_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Mulberry32: small, and the same everywhere. */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('processes that are killed at any moment lose nothing that was acknowledged and show nothing without an event', async (t) => {
  // In memory where there is such a folder: a SIGKILL takes nothing that was written, flushed or not, and the time that
  // flushes would take goes into more calls between two kills.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sotto-crash-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const programs = await bundlePrograms(join(folder, 'programs'))
  const random = randomFrom(seed)
  const reports: ChapterReport[] = []
  for (let done = 0; done < rounds; done += roundsOfOneStore) {
    const crew = crews[reports.length % crews.length] ?? []
    const chapter = join(folder, String(done))
    mkdirSync(chapter)
    const input = { folder: chapter, rounds: Math.min(roundsOfOneStore, rounds - done), crew, random, programs }
    try {
      reports.push(await runChapter(input))
      rmSync(chapter, { recursive: true })
    } catch (error) {
      throw new Error(`SOTTO_CRASH_SEED=${String(seed)}, after ${String(done)} rounds on other stores`, {
        cause: error,
      })
    }
  }
  const sum = (name: keyof ChapterReport): number => reports.reduce((total, report) => total + report[name], 0)
  const names = [
    'kills',
    'events',
    'writes',
    'conflicts',
    'shown',
    'purges',
    'keyChanges',
    'rootChanges',
    'backups',
    'backupsVerified',
    'restores',
    'givenUp',
    'openDone',
    'openUndone',
  ] as const
  t.diagnostic(
    `seed ${String(seed)}, ${String(rounds)} rounds: ${names.map((name) => `${name} ${String(sum(name))}`).join(', ')}`,
  )
  for (const name of names.slice(0, -2)) {
    const least = Math.floor(rounds / (name === 'restores' || name === 'purges' ? 50 : 20))
    assert.ok(sum(name) >= least, `too little was done: ${name} ${String(sum(name))}`)
  }
  // Else the moments of the kills miss what they are for.
  assert.ok(rounds < 20 || sum('openUndone') + sum('openDone') > 0, 'no write was caught in the middle')
})
