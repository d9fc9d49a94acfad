/** `sotto keys destroy KEY` */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

export async function destroyKey(call: Call): Promise<undefined> {
  const { ask, input, print } = call
  const api = await call.api()
  const dataKey = input.argument('KEY')
  const known = (await api.describeKeys({})).dataKeys.some(({ id }) => id === dataKey)
  if (known && !(await ask.confirm(`Destroy data key ${dataKey} for ever?`)))
    throw new SottoError('interrupted', 'nothing was destroyed')
  ask.done()
  const key = await api.destroyKey({ dataKey })
  await print.changed(key, [`destroyed data key ${key.id}`])
}
