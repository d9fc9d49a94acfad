/**
 * The processes in which functions run, started ahead: while a step runs, the runner of the next one starts and waits
 * for its start message. A process that waits knows nothing yet, neither step nor secrets; it gets all of that in its
 * first message, and the next attempt takes it only once. When the supervisor ends, so does the process.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { programFiles } from '../program.ts'
import { safeCacheFolder } from './compile-cache.ts'
import { environmentWithoutSotto } from './environment.ts'
import { signalGroup } from './signal-group.ts'

const CACHE_VARIABLE = 'NODE_COMPILE_CACHE'

export interface StepRunnersInput {
  /** In which they run. */
  readonly folder: string
  /** Of the supervisor. */
  readonly env: NodeJS.ProcessEnv
  /** Where compiled code is kept. */
  readonly cacheFolder: string
  /** Gets the process that waits, too. */
  readonly groups: Set<number>
  /** How many will be taken at most: none waits behind the last one. */
  readonly count: number
}

export class StepRunners {
  /** What their environment has only for their own start: not for what a step starts in turn. */
  readonly addedVariables: readonly string[]
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv
  readonly #groups: Set<number>
  #left: number
  #waiting: ChildProcess | undefined

  constructor({ folder, env, cacheFolder, groups, count }: StepRunnersInput) {
    const own = environmentWithoutSotto(env)
    // By the environment, so that the runner itself is cached.
    const cache = own[CACHE_VARIABLE] === undefined ? safeCacheFolder(cacheFolder) : undefined
    this.addedVariables = cache === undefined ? [] : [CACHE_VARIABLE]
    this.#env = cache === undefined ? own : { ...own, [CACHE_VARIABLE]: cache }
    this.#folder = folder
    this.#groups = groups
    this.#left = count
  }

  /** Starts a process for the next `take`, unless one waits already or none will be taken. */
  prepare(): void {
    if (this.#waiting !== undefined || this.#left === 0) return
    const child = this.#start()
    // A process that cannot be started, or ends before it is taken, is found out by `take`.
    child.on('error', () => {})
    if (child.pid !== undefined) this.#groups.add(child.pid)
    this.#waiting = child
  }

  /** A process that has had no message yet, leader of a group of its own. Its errors come as events of it. */
  take(): ChildProcess {
    const child = this.#waiting
    this.#waiting = undefined
    this.#left -= 1
    if (child?.connected === true && child.exitCode === null && child.signalCode === null) return child
    if (child !== undefined) this.#end(child)
    return this.#start()
  }

  /** Ends the one that waits. */
  close(): void {
    this.#left = 0
    if (this.#waiting !== undefined) this.#end(this.#waiting)
    this.#waiting = undefined
  }

  #start(): ChildProcess {
    const { stepRunner, nodeFlags } = programFiles()
    return fork(stepRunner, [], {
      cwd: this.#folder,
      env: this.#env,
      execArgv: [...nodeFlags],
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
  }

  #end({ pid }: ChildProcess): void {
    if (pid === undefined) return
    signalGroup(pid, 'SIGKILL')
    this.#groups.delete(pid)
  }
}
