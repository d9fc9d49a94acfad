/**
 * Goal: whenever a change of the keys is killed, the store opens with a key that lies beside it, no value is lost, and the
 * change can be done again. Method: a program that kills itself before its first step, its second, and so on, until it
 * comes to its end; after each the store is opened as always.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { temporaryFolder } from '../../store/testing.ts'
import { changeKeys, keyChanges, keyStore } from '../testing/key-changes.ts'
import type { KeyChange } from '../testing/key-changes.ts'

const program = join(import.meta.dirname, '../testing/key-killer.ts')
const atOnce = 4

/** How many steps the change took; `undefined` when it was killed. */
async function runKilled(folder: string, change: KeyChange, step: number): Promise<number | undefined> {
  const child = spawn(process.execPath, [...process.execArgv, program, folder, change, String(step)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = ['', '']
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.on('data', (chunk: Buffer) => (texts[index] += chunk.toString()))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  )
  assert.ok(code === 0 || signal === 'SIGKILL', `step ${String(step)}: ${texts.join()}`)
  return signal === 'SIGKILL' ? undefined : Number(texts[0])
}

/** The first, the last, where files and commit follow each other, and every sixth of the many alike in between. */
function stepsOf(total: number): readonly number[] {
  const all = Array.from({ length: total }, (_, index) => index + 1)
  return all.filter((step) => step <= 8 || step > total - 14 || step % 6 === 0)
}

async function makeStore(t: TestContext, change: KeyChange): Promise<string> {
  const folder = join(temporaryFolder(t), 'first')
  const service = await keyStore(folder)
  const { api } = service
  for (const name of ['a', 'b', 'c'])
    await api.createSecret({ name, values: { one: textValue(name), two: textValue(`${name}2`) } })
  await api.createRecovery({})
  if (change === 'rewrap') await api.rotateKeys({})
  await service.close()
  return folder
}

async function assertWhole(api: Api, where: string): Promise<void> {
  const { secrets } = await api.resolveSecrets({ items: ['a', 'b', 'c'].map((secret) => ({ secret })) })
  const values = secrets.map((secret) =>
    secret.unchanged ? '' : `${secret.values['one']?.data} ${secret.values['two']?.data}`,
  )
  assert.deepEqual(values, ['a a2', 'b b2', 'c c2'], where)
  const { result, problems } = await api.verifyAudit({})
  assert.equal(result, 'consistent, not authenticated', `${where}: ${problems.join()}`)
}

async function lookAfter(folder: string, change: KeyChange, where: string): Promise<void> {
  const service = await keyStore(folder)
  try {
    await assertWhole(service.api, where)
    await service.api.updateSecret({ secret: 'a', values: { three: textValue('3') } })
    await changeKeys(service.api, change)
    await service.api.updateSecret({ secret: 'a', remove: ['three'] })
    await assertWhole(service.api, `${where}, run again`)
    // Whether the old key was to be kept is not known any more, so it is.
    const left = readdirSync(folder).filter((name) => name.startsWith('root.key.'))
    assert.ok(left.length <= 1, `${where}: ${left.join()}`)
    const { formerKeyFiles } = await service.api.describeKeys({})
    assert.deepEqual(
      formerKeyFiles,
      left.map((name) => join(folder, name)),
      where,
    )
  } finally {
    await service.close()
  }
  const again = await keyStore(folder)
  await assertWhole(again.api, `${where}, run again and opened again`)
  assert.equal((await again.api.describeKeys({})).slots.length, 2, where)
  await again.close()
}

for (const change of keyChanges) {
  test(`${change}, killed before each of its steps, loses nothing and can be done again`, async (t) => {
    const first = await makeStore(t, change)
    const folderOf = (step: number): string => {
      const folder = `${first}-${String(step)}`
      cpSync(first, folder, { recursive: true })
      return folder
    }
    const total = (await runKilled(folderOf(0), change, 0)) ?? 0
    const steps = [...stepsOf(total)]
    const killed = steps.length
    const worker = async (): Promise<void> => {
      for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
        const folder = folderOf(step)
        assert.equal(await runKilled(folder, change, step), undefined)
        await lookAfter(folder, change, `${change}, step ${String(step)}`)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    t.diagnostic(`killed at ${String(killed)} of ${String(total)} steps`)
    assert.ok(total >= { rotate: 5, rewrap: 15, 'change-root': 20, compromised: 40 }[change], `only ${String(total)}`)
  })
}
