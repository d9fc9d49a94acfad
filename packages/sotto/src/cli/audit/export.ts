/** `sotto audit export`: the chain as JSON lines, to be kept and verified without the store. */
import { shellWord, SottoError } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint, AuditExportEvent } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { claimStream } from './export-file.ts'

export async function exportAudit(call: Call): Promise<undefined> {
  const { input, print } = call
  const path = input.text('file')
  const api = await call.api()
  const from = input.integer('from')
  if (path === undefined) {
    await exportLines(api, { from, write: async (text) => print.write(text) })
    return
  }
  const exported = await exportToFile(call, { api, path, from })
  print.say(`exported ${String(exported.events)} events to ${path}; ${checkHint(path, exported.fingerprint)}`)
}

export interface Exported {
  readonly events: number
  readonly fingerprint: string
  readonly end: AuditCheckpoint
}

interface ExportInput {
  readonly from?: number | undefined
  readonly write: (text: string) => Promise<void>
  /** Sees every event. */
  readonly watch?: (event: AuditExportEvent) => void
}

/** Writes the lines into a new file, of which nothing is left when that fails. Codes: `file_exists`, `file_unreadable`. */
export async function exportToFile(
  call: Call,
  { api, path, ...rest }: { readonly api: Api; readonly path: string } & Omit<ExportInput, 'write'>,
): Promise<Exported> {
  const file = await claimStream(call, path)
  try {
    const exported = await exportLines(api, { ...rest, write: (text) => file.write(text) })
    await file.finish()
    return exported
  } catch (error) {
    await file.discard()
    throw error
  }
}

/** Page by page until the end of the chain, which may grow meanwhile. */
async function exportLines(api: Api, { from, write, watch }: ExportInput): Promise<Exported> {
  let next = from
  for (let events = 0; ;) {
    const page = await api.exportAudit({ from: next })
    if (events === 0) await write(`${JSON.stringify(page.header)}\n`)
    else if (page.events[0] !== undefined && page.events[0].sequence !== next)
      throw new SottoError('in_use', 'old events were removed while they were exported', { hint: 'export again' })
    await write(page.events.map((event) => `${JSON.stringify(event)}\n`).join(''))
    for (const event of page.events) watch?.(event)
    events += page.events.length
    if (page.end !== undefined) {
      await write(`${JSON.stringify({ end: page.end })}\n`)
      const { epoch, sequence, head } = page.end
      return { events, fingerprint: page.header.fingerprint, end: { epoch, sequence, head } }
    }
    next = (page.events.at(-1)?.sequence ?? 0) + 1
  }
}

function checkHint(path: string, fingerprint: string): string {
  return `check it with: sotto audit verify --file ${shellWord(path)} --fingerprint ${fingerprint}`
}
