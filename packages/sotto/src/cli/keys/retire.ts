/** `sotto keys retire KEY` */
import type { Call } from '../command.ts'

export async function retireKey(call: Call): Promise<undefined> {
  const api = await call.api()
  const key = await api.retireKey({ dataKey: call.input.argument('KEY') })
  await call.print.changed(key, [
    `retired data key ${key.id}: it only opens`,
    `next, a day from now: sotto keys destroy ${key.id}`,
  ])
}
