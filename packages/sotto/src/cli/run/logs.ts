/** `sotto run logs [RUN]`: what the steps printed, masked, byte by byte as they printed it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from '../command.ts'
import { runArgument } from './find-run.ts'

/** Short enough to seem live, long enough to cost nothing. */
const pollMs = 200

export async function showLogs(call: Call): Promise<undefined> {
  const { input, print } = call
  const api = await call.api()
  const run = await runArgument(call)
  const follow = input.flag('follow')
  const step = input.text('step')
  let offsetBytes = 0
  let size = 0
  for (;;) {
    const page = await api.readRunLog({ run, step, offsetBytes })
    for (const { dataBase64 } of page.chunks) {
      const data = Buffer.from(dataBase64, 'base64')
      size += data.length
      print.write(data)
    }
    const moved = page.offsetBytes > offsetBytes
    offsetBytes = page.offsetBytes
    if (page.ended || (!moved && !follow)) break
    if (!moved) await sleep(pollMs)
  }
  if (size === 0) print.say('the log is empty: no step has printed anything')
}
