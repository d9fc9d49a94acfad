/** `sotto audit prune`: removes old events, after an export of them unless that is given up in words. */
import { SottoError } from '@sotto/sdk/model'
import type { Api, AuditCheckpoint } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseTime } from '../parse/parse-time.ts'
import { exportToFile } from './export.ts'

export async function pruneAudit(call: Call): Promise<undefined> {
  const { input, print } = call
  const path = input.text('export')
  if ((path === undefined) === !input.flag('discard')) {
    throw new SottoError('usage', 'say what becomes of the events that go: --export FILE or --discard', {
      hint: 'sotto audit prune --before 365d --export audit-2025.jsonl',
    })
  }
  const api = await call.api()
  const last = await lastToGo(call, api)
  if (last < 1) {
    print.say('no event is that old; nothing was removed')
    return
  }
  await confirm(call, last)
  const through = path === undefined ? await placeOf(api, last) : await exportThrough(call, { api, path, last })
  if (through === undefined) {
    print.say('these events were removed before; nothing was removed')
    return
  }
  const pruned = await api.pruneAudit({ through })
  await print.changed(pruned, [
    `removed ${String(pruned.removed)} events, up to event ${String(pruned.behind.sequence)}; the chain goes on behind it`,
  ])
}

async function confirm({ ask }: Call, last: number): Promise<void> {
  const agreed = await ask.confirm(`Remove all events up to number ${String(last)}?`)
  ask.done()
  if (!agreed) throw new SottoError('interrupted', 'nothing was removed')
}

/** The number of the last event that goes; below 1 where none does. */
async function lastToGo({ input, context }: Call, api: Api): Promise<number> {
  const before = input.text('before')
  const keep = input.integer('keep')
  if ((before === undefined) === (keep === undefined))
    throw new SottoError('usage', 'give --before TIME or --keep N', { hint: 'sotto audit prune --help' })
  const [newest] = (await api.listAudit({ limit: 1 })).items
  if (newest === undefined) return 0
  if (keep !== undefined) return newest.sequence - keep
  // What stands before the first event that is young enough: one whose clock stood wrong takes no younger one with it.
  const from = parseTime('before', before ?? '', context.now())
  const [young] = (await api.listAudit({ after: 0, time: { from }, limit: 1 })).items
  return (young?.sequence ?? newest.sequence + 1) - 1
}

async function placeOf(api: Api, sequence: number): Promise<AuditCheckpoint | undefined> {
  const [event] = (await api.exportAudit({ from: sequence, limit: 1 })).events
  if (event?.sequence !== sequence) return undefined
  return { epoch: event.epoch, sequence, head: event.hash }
}

async function exportThrough(
  call: Call,
  { api, path, last }: { readonly api: Api; readonly path: string; readonly last: number },
): Promise<AuditCheckpoint | undefined> {
  let through: AuditCheckpoint | undefined
  const { events } = await exportToFile(call, {
    api,
    path,
    watch: ({ epoch, sequence, hash }) => {
      if (sequence === last) through = { epoch, sequence, head: hash }
    },
  })
  call.print.say(`exported ${String(events)} events to ${path}`)
  return through
}
