/**
 * Goal: whenever a change of the keys is killed, the store opens with a key that lies beside it, no value is lost, and the
 * change can be done again. Method: a program that kills itself before its first step, its second, and so on, until it
 * comes to its end; after each the store is opened as always.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { isSottoError, textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { temporaryFolder } from '../../store/testing.ts'
import type { OpenedService } from '../open-service.ts'
import { changeKeys, keyChanges, keyStore, makeServiceKey } from '../testing/key-changes.ts'
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
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  makeServiceKey(folder)
  const service = await keyStore(folder, { source: keyChanges[change].from })
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

/** Opens it as before the change, else as behind it: one of the two it is, and the other one says so. */
async function openEither(folder: string, change: KeyChange): Promise<OpenedService & { readonly isChanged: boolean }> {
  const { from, to } = keyChanges[change]
  try {
    return { ...(await keyStore(folder, { source: from })), isChanged: false }
  } catch (error) {
    if (from === to || !isSottoError(error) || !['key_wrong', 'key_missing'].includes(error.code)) throw error
    return { ...(await keyStore(folder, { source: to })), isChanged: true }
  }
}

async function lookAfter(folder: string, change: KeyChange, where: string): Promise<void> {
  const service = await openEither(folder, change)
  try {
    await assertWhole(service.api, where)
    await service.api.updateSecret({ secret: 'a', values: { three: textValue('3') } })
    if (!service.isChanged) await changeKeys(service.api, change, folder)
    await service.api.updateSecret({ secret: 'a', remove: ['three'] })
    await assertWhole(service.api, `${where}, run again`)
    // Whether the old key was to be kept is not known any more, so it is.
    // In the place of the key itself there is one, or what was to be taken away: that may have its other name already.
    const [isLeft, most] = keyChanges[change].to === 'file' ? [/^root\.key\./, 1] : [/^root\.key/, 2]
    const left = readdirSync(folder).filter((name) => isLeft.test(name))
    assert.ok(left.length <= most, `${where}: ${left.join()}`)
    const { formerKeyFiles, slots } = await service.api.describeKeys({})
    assert.deepEqual(
      formerKeyFiles,
      left.map((name) => join(folder, name)),
      where,
    )
    const kind = { file: 'file', env: 'env', service: 'transit' }[keyChanges[change].to]
    assert.equal(slots[0]?.kind, kind, where)
  } finally {
    await service.close()
  }
  const again = await keyStore(folder, { source: keyChanges[change].to })
  await assertWhole(again.api, `${where}, run again and opened again`)
  assert.equal((await again.api.describeKeys({})).slots.length, 2, where)
  await again.close()
}

for (const change of Object.keys(keyChanges) as KeyChange[]) {
  // the keys of that very table
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
    assert.ok(total >= keyChanges[change].leastSteps, `only ${String(total)}`)
  })
}
