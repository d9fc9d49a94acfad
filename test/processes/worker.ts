/**
 * A process that reads and writes one store for some time and then prints what it was told, as a line of JSON. It begins
 * when the file `go` is there, so that all of them run at once.
 */
import { existsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openService } from '../../packages/sotto/src/service/open-service.ts'
import { inFolder } from '../../packages/sotto/src/service/testing/in-folder.ts'

const [folder = '', number = '0', mode = 'register', amount = '1'] = process.argv.slice(2)

/** What a worker was shown and did. */
export interface Told {
  readonly reads: number
  readonly writes: number
  /** How often each version of each secret was shown: `secret@version`. */
  readonly shown: { readonly [version: string]: number }
  /** In mode `register`, without times as bigints, which JSON does not know. */
  readonly history: readonly object[]
}

async function readAndWrite(api: Api, durationMs: number): Promise<Told> {
  const shown: Record<string, number> = {}
  const told = { reads: 0, writes: 0, shown, history: [] }
  const own = `own-${number}`
  await api.createSecret({ name: own, values: { key: textValue('0') } })
  const end = performance.now() + durationMs
  const read = async (secret: string): Promise<void> => {
    const { secrets } = await api.resolveSecrets({ items: [{ secret }] })
    const version = `${secret}@${String(secrets[0]?.version)}`
    shown[version] = (shown[version] ?? 0) + 1
    told.reads += 1
  }
  const write = async (secret: string): Promise<void> => {
    await api.updateSecret({ secret, values: { key: textValue(`${number} ${String(told.writes)}`) } })
    told.writes += 1
  }
  while (performance.now() < end)
    await Promise.all([read('shared'), read(own), read('shared'), write('shared'), write(own)])
  return told
}

/** Reads, then compares and sets by what was read. */
async function compareAndSet(api: Api, count: number): Promise<Told> {
  const history: object[] = []
  const record = async <T extends object>(work: () => Promise<T>): Promise<T> => {
    const calledAt = process.hrtime.bigint()
    const answer = await work()
    const answeredAt = process.hrtime.bigint()
    const operation = { process: Number(number), ...answer, calledAt: String(calledAt), answeredAt: String(answeredAt) }
    history.push(operation)
    return answer
  }
  for (let index = 0; index < count; index += 1) {
    const { version } = await record(async () => {
      const [secret] = (await api.resolveSecrets({ items: [{ secret: 'register' }] })).secrets
      if (secret?.unchanged !== false) throw new Error('the register was not shown')
      return { kind: 'read', version: secret.version, value: secret.values['key']?.data ?? '' }
    })
    // Others get in between: else whoever has the lock would go on reading and writing by itself.
    await sleep(Math.random() * 4)
    await record(async () => {
      const value = `${number}-${String(index)}`
      const done = await api
        .updateSecret({ secret: 'register', values: { key: textValue(value) }, expectVersion: version })
        .then(() => true)
        .catch((error: unknown) => {
          if (isSottoError(error, 'version_conflict')) return false
          throw error
        })
      return { kind: 'write', expected: version, value, done }
    })
  }
  return { reads: 0, writes: 0, shown: {}, history }
}

const service = await openService(inFolder(folder, { osUser: `worker-${number}` }))
while (!existsSync(join(folder, 'go'))) await sleep(2)
const told =
  mode === 'register'
    ? await compareAndSet(service.api, Number(amount))
    : await readAndWrite(service.api, Number(amount))
writeSync(1, `${JSON.stringify(told)}\n`)
await service.close()
