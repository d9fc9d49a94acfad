/** Goal: a keyring that was changed, is old or is another store's gives nothing away. Method: put it in by SQL. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import { openKeyringBody, readKeyring, sealKeyring } from '../../packages/sotto/src/keys/keyring-blob.ts'
import { createDataKey, decodeContents } from '../../packages/sotto/src/keys/keyring-contents.ts'
import { openSlot } from '../../packages/sotto/src/keys/keyring-slot.ts'
import { systemRandom } from '../../packages/sotto/src/keys/random.ts'
import { freshCopy, withDatabase } from './attack.ts'
import { outcomeOf } from './questions.ts'
import { openFile, plantedValue, rootKey } from './service.ts'
import { judge } from './verdict.ts'
import { makeTarget, question } from './target.ts'
import type { Target } from './target.ts'

let target: Target
before(async () => {
  target = await makeTarget()
})
after(() => target.remove())

function storedBlob(path: string): Buffer {
  const row = withDatabase(path, (db) => db.prepare('SELECT blob FROM keyring').get())
  return Buffer.from(row!['blob'] as Uint8Array) // the column holds bytes
}

function putBlob(blob: Uint8Array, generation = 1): void {
  withDatabase(target.place, (db) => db.prepare('UPDATE keyring SET blob = ?, generation = ?').run(blob, generation))
}

/** The next generation: another data key seals from now on. */
function rotated(blob: Buffer): { blob: Buffer; dataKeyId: string } {
  const parsed = readKeyring(blob)
  const contents = decodeContents(openKeyringBody(parsed, rootKey))
  const nowMs = Date.UTC(2026, 4, 1)
  const added = createDataKey(nowMs, systemRandom)
  const retired = contents.dataKeys.map((key) => ({ ...key, state: 'retired' as const, retiredAtMs: nowMs }))
  const sealed = sealKeyring({
    storeId: parsed.storeId,
    generation: parsed.generation + 1,
    slots: parsed.slots.map(({ head, sealed: rest }) => Buffer.concat([head, rest])),
    keyringKey: openSlot(parsed.slots[0]!, parsed.storeId, rootKey),
    contents: { ...contents, dataKeys: [added, ...retired] },
    random: systemRandom,
  })
  return { blob: sealed, dataKeyId: added.id.toString('hex') }
}

test('a keyring with any byte changed or cut opens nothing', async (t) => {
  const blob = storedBlob(target.world.path)
  const changed: Uint8Array[] = Array.from(blob, (_, at) => blob.map((byte, index) => (index === at ? byte ^ 1 : byte)))
  for (let size = 0; size < blob.length; size += 11) changed.push(blob.subarray(0, size))
  for (const bytes of changed) {
    freshCopy(target)
    putBlob(bytes)
    const outcome = await outcomeOf(async () => (await openFile(target.place)).close())
    assert.ok('code' in outcome && outcome.code.startsWith('key'), JSON.stringify(outcome))
  }
  t.diagnostic(`${String(changed.length)} changed keyrings`)
  assert.ok(changed.length >= 250)
})

test("another store's keyring opens no row, with its facts beside it or without", async () => {
  const { foreign } = target.world
  freshCopy(target)
  putBlob(storedBlob(foreign))
  const alone = await question(target)
  freshCopy(target)
  withDatabase(target.place, (db) =>
    db.exec(`ATTACH '${foreign}' AS f; DELETE FROM keyring; INSERT INTO keyring SELECT * FROM f.keyring`),
  )
  const whole = await question(target)
  for (const report of [alone, whole]) {
    assert.notEqual(report.refused, undefined)
    assert.deepEqual(judge(target, report).released, [])
  }
})

test('a keyring that was put back to an older generation stops a process that knew the newer one', async () => {
  const older = storedBlob(target.world.path)
  freshCopy(target)
  const { blob: newer, dataKeyId } = rotated(older)
  putBlob(newer, 2)
  withDatabase(target.place, (db) => db.prepare('INSERT INTO data_key (id) VALUES (?)').run(dataKeyId))
  const opened = await openFile(target.place)
  const item = { secret: 'newest', keys: ['password'] }
  await opened.api.createSecret({ name: 'newest', values: { password: textValue(plantedValue('newest')) } })
  putBlob(older, 1)
  const running = await outcomeOf(() => opened.api.resolveSecrets({ items: [item] }))
  assert.ok('code' in running && running.code === 'keyring_corrupt', JSON.stringify(running))
  await opened.close()
  // A new process knows no better, until it meets a value that the older keyring has no key for.
  const restarted = await openFile(target.place)
  const later = await outcomeOf(() => restarted.api.resolveSecrets({ items: [item] }))
  assert.ok('code' in later && later.code === 'key_unknown', JSON.stringify(later))
  await restarted.close()
})

test('a store under another root key says which key it wants, and is left as it is', async () => {
  freshCopy(target)
  const parsed = readKeyring(storedBlob(target.world.path))
  const wanted = parsed.slots[0]!.rootKeyId
  const blob = storedBlob(target.world.path)
  blob[blob.indexOf(Buffer.from(wanted, 'hex'))]! ^= 1
  putBlob(blob)
  const before = storedBlob(target.place)
  const outcome = await outcomeOf(() => openFile(target.place))
  assert.ok('code' in outcome && outcome.code === 'key_wrong')
  assert.ok(storedBlob(target.place).equals(before))
})
