/**
 * The keys of the store. Values are sealed under the active data key; rotation makes another one active, and what lies
 * under the older ones is sealed anew in steps (`rewrap.ts`). A key that nothing lies under is retired, and a day later
 * may be destroyed:
 *
 *     active --rotate--> previous --rewrap, retire--> retired --a day, destroy--> gone
 */
import { SottoError } from '@sotto/sdk/model'
import type { DataKey } from '@sotto/sdk/model'
import { destroyDataKey, retireDataKey, rotateDataKey, setRecoverySlot } from '../../keys/keyring-edit.ts'
import { createRecoveryCode } from '../../keys/recovery-code.ts'
import { findFormerRootKeys, findStrayRootKey } from '../../keys/root-key-replacement.ts'
import type { Call } from '../call.ts'
import type { AnyHandlers } from '../door.ts'
import { timeText } from '../time.ts'
import { changeRoot } from './change-root.ts'
import {
  describeDataKeys,
  describeSlots,
  getDataKey,
  replaceKeyring,
  requireGeneration,
  requireKeys,
} from './key-facts.ts'
import { rewrapValues } from './rewrap.ts'

type KeyOperation =
  | 'describeKeys'
  | 'rotateKeys'
  | 'rewrapValues'
  | 'retireKey'
  | 'destroyKey'
  | 'createRecovery'
  | 'changeRoot'

/** Between the two commands that destroy a key: time to notice what still needs it. */
const dayMs = 24 * 60 * 60 * 1000

export const keyHandlers: AnyHandlers<KeyOperation> = {
  describeKeys: async (call) => {
    requireKeys(call)
    const { keyring, rootKeyPath } = call.parts
    const slots = await describeSlots(call.tx)
    const ids = slots.map(({ rootKeyId }) => rootKeyId)
    const stray = findStrayRootKey({ path: rootKeyPath, userId: process.geteuid?.() }, ids)
    return {
      generation: keyring.current.generation,
      slots,
      dataKeys: await describeDataKeys(call.tx, keyring.current),
      rootKey: keyring.rootKeyOrigin,
      auditFingerprint: keyring.current.auditFingerprint,
      formerKeyFiles: [...(stray === undefined ? [] : [stray]), ...findFormerRootKeys(rootKeyPath)],
    }
  },

  rotateKeys: async (call, input) => {
    requireKeys(call)
    requireGeneration(call, input)
    const before = call.parts.keyring.current.activeDataKeyId
    const { nowMs } = call
    const keyring = await replaceKeyring(call, (given) => rotateDataKey({ ...given, nowMs }), { previous: before })
    await call.tx.run('INSERT INTO data_key (id) VALUES ($1)', [keyring.activeDataKeyId])
    return { generation: keyring.generation, dataKeys: await describeDataKeys(call.tx, keyring) }
  },

  rewrapValues,

  retireKey: async (call, { dataKey: id }) => {
    requireKeys(call)
    const found = await getDataKey(call, id)
    if (found.state === 'retired') return recordUnchanged(call, found)
    requireUnused(found)
    const { nowMs } = call
    await replaceKeyring(call, (given) => retireDataKey({ ...given, id, nowMs }), { dataKey: id })
    return await getDataKey(call, id)
  },

  destroyKey: async (call, { dataKey: id }) => {
    requireKeys(call)
    const found = await getDataKey(call, id)
    requireUnused({ ...found, values: Math.max(found.values, await countBlobs(call, id)) })
    requireRetiredForADay(call, found)
    await replaceKeyring(call, (given) => destroyDataKey({ ...given, id }), { dataKey: id })
    await call.tx.run('DELETE FROM data_key WHERE id = $1', [id])
    return found
  },

  createRecovery: async (call, input) => {
    requireKeys(call)
    requireGeneration(call, input)
    const { code, rootKey } = createRecoveryCode(call.parts.random)
    const keyring = await replaceKeyring(call, (given) => setRecoverySlot({ ...given, recoveryKey: rootKey }), {
      rootKey: rootKey.id,
    })
    return { code, rootKeyId: rootKey.id, generation: keyring.generation }
  },

  changeRoot,
}

function recordUnchanged(call: Call, found: DataKey): DataKey {
  call.event({ object: 'keys', objectId: '', detail: { dataKey: found.id, unchanged: true } })
  return found
}

function requireUnused({ id, values }: DataKey): void {
  if (values === 0) return
  throw new SottoError('in_use', `${String(values)} ${values === 1 ? 'value' : 'values'} still under key ${id}`, {
    hint: 'sotto keys rewrap',
    details: { values },
  })
}

function requireRetiredForADay(call: Call, { id, state, retiredAt = '' }: DataKey): void {
  if (state !== 'retired')
    throw new SottoError('in_use', `data key ${id} is not retired`, { hint: `sotto keys retire ${id}` })
  const fromMs = Date.parse(retiredAt) + dayMs
  if (call.nowMs >= fromMs) return
  throw new SottoError('in_use', `data key ${id} was retired less than a day ago`, {
    hint: `sotto keys destroy ${id}, from ${timeText(fromMs)} on`,
  })
}

/** By the ids inside the blobs: whoever can write the database could have changed the column, and it is for ever. */
async function countBlobs({ tx }: Call, id: string): Promise<number> {
  const sql = 'SELECT COUNT(*) AS "values" FROM secret_value WHERE substr(blob, 5, 8) = $1'
  return Number((await tx.get(sql, [Buffer.from(id, 'hex')]))?.['values'])
}
