/** A process that makes secrets one after another and prints the name of each that was acknowledged, or the code of an error. */
import { writeSync } from 'node:fs'
import { isSottoError, textValue } from '@sotto/sdk/model'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import { inFolder } from '../../packages/sotto/src/service/testing/in-folder.ts'

const [folder = '', name = ''] = process.argv.slice(2)
/** What it prints, a line each. */
export type Line = `done ${string}` | `error ${string}`

const service = await openService(inFolder(folder))
const { api } = service
const ended = new AbortController()
process.once('SIGTERM', () => ended.abort())
const print = (line: Line): number => writeSync(1, `${line}\n`)
for (let index = 0; !ended.signal.aborted; index += 1) {
  const secret = `${name}-${String(index)}`
  try {
    await api.createSecret({ name: secret, values: { key: textValue(secret) } })
    print(`done ${secret}`)
    const [shown] = (await api.resolveSecrets({ items: [{ secret }] })).secrets
    if (shown?.unchanged === false && shown.values['key']?.data !== secret) print('error another value')
  } catch (error) {
    print(`error ${isSottoError(error) ? error.code : String(error)}`)
  }
}
await service.close()
