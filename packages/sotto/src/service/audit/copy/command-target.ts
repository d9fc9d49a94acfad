/**
 * A copy that is given to a command, in the lines of an export, once per group of events that are committed together. That
 * it ends with 0 says that it has them; so the same events come again where it does not. It gets what is committed while
 * this process runs, its own events and those of others.
 */
import { spawn } from 'node:child_process'
import { auditEventTable } from '../../../store/audit.ts'
import type { AuditEventRow } from '../../../store/audit.ts'
import { Rows } from '../../../store/rows.ts'
import { endLine, eventLine, exportHeader, placeBefore } from '../audit-export-lines.ts'
import { readSignedHead } from '../audit-walk.ts'
import { copyError } from './copy-target.ts'
import type { CopyParts, CopyTarget } from './copy-target.ts'

const eventsAtOnce = 1000
/** A command that takes longer holds up every read. */
const longestMs = 10_000

interface Group {
  readonly text: string
  readonly end: AuditEventRow
}

export class CommandTarget implements CopyTarget {
  readonly #parts: CopyParts
  readonly #command: string
  /** The number of the last event that the command has. */
  #sequence: number | undefined

  constructor(parts: CopyParts, command: string) {
    this.#parts = parts
    this.#command = command
  }

  async bring(): Promise<void> {
    for (;;) {
      const group = await this.#read()
      if (group === undefined) return
      await this.#give(group.text)
      this.#sequence = group.end.sequence
    }
  }

  /** A command has ended when it was given its events. */
  close(): void {}

  #read(): Promise<Group | undefined> {
    return this.#parts.store.transaction(async (tx) => {
      const signed = await readSignedHead(tx)
      if (signed === undefined) return undefined
      this.#sequence ??= signed.sequence
      const rows = new Rows(tx, this.#parts.keyring)
      const events = await rows.list(auditEventTable, 'WHERE sequence > $1 ORDER BY sequence LIMIT $2', [
        this.#sequence,
        eventsAtOnce,
      ])
      const end = events.at(-1)
      if (end === undefined) return undefined
      const keyring = this.#parts.keyring.current
      const header = JSON.stringify(exportHeader(keyring, await placeBefore(rows, keyring, events[0], signed)))
      const lines = [header, ...events.map(eventLine), ...(end.sequence === signed.sequence ? [endLine(signed)] : [])]
      return { text: `${lines.join('\n')}\n`, end }
    })
  }

  async #give(text: string): Promise<void> {
    // Sotto's own credentials are nothing for a command that takes the log.
    const env = Object.fromEntries(Object.entries(this.#parts.env).filter(([name]) => !name.startsWith('SOTTO_')))
    const child = spawn('/bin/sh', ['-c', this.#command], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: longestMs,
      killSignal: 'SIGKILL',
    })
    child.stdin.on('error', () => undefined) // a command that does not read says so by its end
    child.stdin.end(text)
    const end = await new Promise<string>((resolve) => {
      child.on('error', (error) =>
        resolve(`could not be started (${'code' in error ? String(error.code) : error.name})`),
      )
      child.on('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${String(code ?? signal)}`))
    })
    if (end !== '') throw copyError('the command of SOTTO_AUDIT_COPY,', end)
  }
}
