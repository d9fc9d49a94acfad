/**
 * A worker of the crash test: `worker.ts FOLDER NAME ROLE`, and perhaps a fault to have (`mutation.ts`). A line `pause` on its input lets it end what it has begun and
 * answer `paused`; `go` lets it go on. It ends when its parent does.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Journal } from './journal.ts'
import { mutate } from './mutation.ts'
import type { Mutation } from './mutation.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'
import { openFolder } from './store.ts'

/** What the parent says, a line each. */
export type Command = 'pause' | 'go'

const [folder = '', name = '', role = 'read', fault] = process.argv.slice(2)

let paused: Promise<void> | undefined
let goOn = (): void => undefined
let active = 0
/** Loops that wait for their turn; each of them has nothing in flight. */
let waiting = 0
let told = false

function tellWhenIdle(): void {
  if (paused === undefined || told || waiting < active) return
  told = true
  writeSync(1, 'paused\n')
}

async function turn(): Promise<void> {
  if (paused === undefined) return
  waiting += 1
  tellWhenIdle()
  await paused
  waiting -= 1
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'go') {
      paused = undefined
      goOn()
    } else {
      told = false
      paused = new Promise((resolve) => (goOn = resolve))
      tellWhenIdle()
    }
  })
  .on('close', () => process.exit(0))

const loops = roles[role as Role] // the parent gives one of them
// Before the store is opened: a fault is built into its parts.
const mutated = fault === undefined ? undefined : mutate(fault as Mutation) // the parent gives one of them
const { api } = await openFolder(folder, name)
const journal = new Journal(join(folder, 'journals', name))
active = loops.length
const worker = { api: mutated?.api(api) ?? api, journal, name, turn, folder, restored: mutated?.restored }
await Promise.race(loops.map((loop) => loop(worker)))
