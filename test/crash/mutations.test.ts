/**
 * Goal: the crash test would find a store that loses what it acknowledged, does it twice or by half, or shows or changes
 * something without its event. Method: a worker with such a fault (`mutation.ts`) writes its journal, dies, and the same
 * verifier and the same checks as in `crash.test.ts` look at what it left.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundlePrograms, Verifier, Worker } from './crew.ts'
import type { Places } from './crew.ts'
import { Expectation } from './expectation.ts'
import { readJournal } from './journal.ts'
import { roleOf } from './mutation.ts'
import type { Mutation } from './mutation.ts'
import type { Found } from './verifier.ts'

/** What is said of each, at least; nothing of the one that is none. */
const expected: { readonly [name in Mutation]: RegExp | undefined } = {
  'does nothing wrong': undefined,
  'answers a write before its commit': /was acknowledged to write-1 and has no event/,
  'rolls a batch back and answers': /was acknowledged to write-1 and has no event/,
  'rolls one call of a batch back and answers':
    /is lost$|has version \d+, and \d+ were written|is called|deleted is|removed outside of Sotto|older state/m,
  'shows a value before its event is there': /^resolveSecrets of .* was acknowledged to write-1 and has no event/m,
  'writes without an event': /^(?:create|update|set)Secrets? of .* has no event/m,
  'shows a value without an event': /^resolveSecrets of .* has no event/m,
  'has an event of another version': /was acknowledged to write-1 and has no event/,
  'has an event of another secret': /was acknowledged to write-1 and has no event/,
  'has an event of somebody else': /by somebody, is of no call/,
  'writes twice': /updateSecret of .* is of no call, or of one that was done twice/,
  'writes half of a call': /half of a call was done: setSecrets of pair-a, pair-b/,
  'writes another value': /is not what was written/,
  'shows another value': /was shown to write-1 and is another value/,
  'shows an older version': /was shown to read-1, where \d+ was meant/,
  'forgets a recovery code': /createRecovery of \d+ was acknowledged to root-1 and has no event[^]*keyring is lost/,
  'restores an older backup': /has lost .*, which was acknowledged before the backup was begun/,
}

let folder = ''
let programs = ''

before(async () => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sotto-mutations-'))
  programs = await bundlePrograms(join(folder, 'programs'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function journalOf(places: Places, name: string): ReturnType<typeof readJournal> {
  return readJournal(join(places.folder, 'journals', name), 0)
}

/** What a read or a restore needs: versions, and writes between two backups. Gives who has done that. */
async function prepare(places: Places): Promise<readonly string[]> {
  const workers = [new Worker(places, 'write-0', 'write'), new Worker(places, 'backup-0', 'backup')]
  const answered = (name: string): number => journalOf(places, name).filter((line) => 'answered' in line).length
  while (answered('write-0') < 20) await sleep(10)
  const [writes, backups] = [answered('write-0'), answered('backup-0')]
  while (answered('write-0') < writes + 30 || answered('backup-0') < backups + 2) await sleep(10)
  await Promise.all(workers.map((worker) => worker.pause()))
  await Promise.all(workers.map((worker) => worker.kill()))
  return workers.map(({ name }) => name)
}

async function problemsOf(mutation: Mutation, chapter: string): Promise<readonly string[]> {
  const places = { folder: chapter, programs }
  for (const name of ['', 'home', 'journals', 'backups']) mkdirSync(join(chapter, name), { mode: 0o700 })
  const role = roleOf(mutation)
  const before = role === 'write' || role === 'root' ? [] : await prepare(places)
  const worker = new Worker(places, `${role}-1`, role, mutation)
  await worker.killedItself()
  const expectation = new Expectation()
  for (const name of [...before, worker.name]) for (const line of journalOf(places, name)) expectation.note(name, line)
  const verifier = new Verifier(places)
  try {
    const text = await verifier.ask({ checkpoint: undefined, backups: [], undelete: false })
    return expectation.check(JSON.parse(text) as Found) // from our verifier
  } finally {
    await verifier.stop()
  }
}

for (const [index, mutation] of (Object.keys(expected) as Mutation[]).entries()) {
  // of that very table
  test(`a store that ${mutation} is ${mutation === 'does nothing wrong' ? 'not ' : ''}found out`, async (t) => {
    const problems = await problemsOf(mutation, join(folder, String(index)))
    const [first] = problems
    if (first !== undefined) t.diagnostic(`${String(problems.length)}: ${first}`)
    const wanted = expected[mutation]
    if (wanted === undefined) assert.deepEqual(problems, [])
    else assert.match(problems.join('\n'), wanted)
  })
}
