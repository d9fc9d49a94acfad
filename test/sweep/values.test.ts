/** Goal: a sealed value opens in its own place only. Method: every pair of blobs changes places, in a store that runs. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { freshCopy } from './attack.ts'
import { outcomeOf } from './questions.ts'
import { openFile } from './service.ts'
import type { OpenStoreFile } from './service.ts'
import { makeTarget } from './target.ts'
import type { Target } from './target.ts'

interface Place {
  readonly row: number
  readonly secret: string
  readonly version: number
  readonly key: string
  readonly blob: Uint8Array
}

let target: Target
let opened: OpenStoreFile
let db: DatabaseSync
let places: readonly Place[]

before(async () => {
  target = await makeTarget()
  freshCopy(target)
  opened = await openFile(target.place)
  db = new DatabaseSync(target.place, { enableForeignKeyConstraints: false })
  const rows = db
    .prepare(
      `SELECT b.rowid AS row, s.id AS secret, v.number AS version, b.key AS key, b.blob AS blob FROM secret_value b
        JOIN secret_version v ON v.id = b.version_id JOIN secret s ON s.id = v.secret_id WHERE s.deleted_at IS NULL`,
    )
    .all()
  places = rows as unknown as readonly Place[] // the columns that were just named
})
after(async () => {
  db.close()
  await opened.close()
  target.remove()
})

/** The code with which the value is refused, or nothing where it comes out. */
async function refusal({ secret, version, key }: Place): Promise<string | undefined> {
  const outcome = await outcomeOf(() => opened.api.resolveSecrets({ items: [{ secret, version, keys: [key] }] }))
  return 'code' in outcome ? outcome.code : undefined
}

function put(row: number, blob: Uint8Array): void {
  db.prepare('UPDATE secret_value SET blob = ? WHERE rowid = ?').run(blob, row)
}

test('no two values can change places: between keys, versions, secrets and scopes', async (t) => {
  let pairs = 0
  for (const [index, left] of places.entries()) {
    for (const right of places.slice(index + 1)) {
      put(left.row, right.blob)
      put(right.row, left.blob)
      const refusals = await Promise.all([refusal(left), refusal(right)])
      assert.deepEqual(refusals, ['value_corrupt', 'value_corrupt'], `${left.key} ${right.key}`)
      put(left.row, left.blob)
      put(right.row, right.blob)
      pairs += 1
    }
  }
  t.diagnostic(`${String(pairs)} pairs`)
  assert.ok(pairs >= 400)
  for (const place of places) assert.equal(await refusal(place), undefined) // all were put back whole
})

test('a value of the same version number and key from another history or another store does not open', async (t) => {
  let moved = 0
  for (const path of [target.world.otherWay, target.world.foreign]) {
    const other = new DatabaseSync(path)
    const blobs = other
      .prepare(
        `SELECT s.name AS name, v.number AS version, b.key AS key, b.blob AS blob FROM secret_value b
          JOIN secret_version v ON v.id = b.version_id JOIN secret s ON s.id = v.secret_id`,
      )
      .all()
    other.close()
    const names = new Map(
      db
        .prepare('SELECT id, name FROM secret')
        .all()
        .map(({ id, name }) => [id, name]),
    )
    for (const place of places) {
      for (const { name, version, key, blob } of blobs) {
        if (name !== names.get(place.secret) || version !== place.version || key !== place.key) continue
        const bytes = blob as Uint8Array // the column holds bytes
        if (Buffer.compare(bytes, place.blob) === 0) continue
        put(place.row, bytes)
        const code = await refusal(place)
        assert.ok(code === 'value_corrupt' || code === 'key_unknown', String(code))
        put(place.row, place.blob)
        moved += 1
      }
    }
  }
  t.diagnostic(`${String(moved)} values`)
  assert.ok(moved >= 5)
})

test('a value with any byte changed, cut or added does not open', async (t) => {
  const [place] = places
  assert.ok(place !== undefined)
  const { blob } = place
  const changed: Uint8Array[] = Array.from(blob, (_, at) =>
    blob.map((byte, index) => (index === at ? byte ^ 0x80 : byte)),
  )
  for (let size = 0; size < blob.length; size += 3) changed.push(blob.subarray(0, size))
  changed.push(Buffer.concat([blob, Buffer.alloc(64)]), Buffer.concat([blob, blob]))
  for (const bytes of changed) {
    put(place.row, bytes)
    const code = await refusal(place)
    assert.ok(code === 'value_corrupt' || code === 'key_unknown', String(code))
  }
  put(place.row, blob)
  assert.equal(await refusal(place), undefined)
  t.diagnostic(`${String(changed.length)} changed values`)
  assert.ok(changed.length >= 200)
})
