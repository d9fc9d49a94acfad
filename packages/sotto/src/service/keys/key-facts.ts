/** What may be said of the keys of a store, and what every change of them begins and ends with. */
import { SottoError } from '@sotto/sdk/model'
import type { DataKey, KeySlot, KeysExpectation } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import { serviceNameOf } from '../../keys/service-key-parameters.ts'
import { keyringConflict, readSlots } from '../../store/live-keyring.ts'
import type { ReplaceInput } from '../../store/live-keyring.ts'
import { idText } from '../../store/id.ts'
import type { Transaction } from '../../store/store.ts'
import type { Call } from '../call.ts'
import { timeText } from '../time.ts'

/** Refuses whoever may not manage the keys; `describe` to look at them. */
export function requireKeys(call: Call): void {
  call.ask('keys')
  call.require({ kind: 'store', name: 'keys' })
}

/** Replaces the keyring and writes the event of it, which carries the generation: `audit verify` compares it. */
export async function replaceKeyring(
  call: Call,
  edit: ReplaceInput['edit'],
  detail: { readonly [name: string]: string } = {},
): Promise<Keyring> {
  const keyring = await call.parts.keyring.replace(call.tx, { edit, random: call.parts.random })
  call.event({ object: 'keys', objectId: idText(keyring.storeId), detail: { ...detail, keyring: keyring.generation } })
  return keyring
}

/** Throws `keyring_conflict` when the keyring is not the one that the caller has seen. */
export function requireGeneration(call: Call, { expectGeneration }: KeysExpectation): void {
  if (expectGeneration !== undefined && expectGeneration !== call.parts.keyring.current.generation)
    throw keyringConflict()
}

export async function describeSlots(tx: Transaction): Promise<readonly KeySlot[]> {
  return (await readSlots(tx)).map((slot) => {
    const { role, kind, rootKeyId } = slot
    const service = serviceNameOf(slot)
    return { role, kind, rootKeyId, ...(service === undefined ? {} : { service }) }
  })
}

export async function describeDataKeys(tx: Transaction, keyring: Keyring): Promise<readonly DataKey[]> {
  const rows = await tx.all('SELECT data_key_id, COUNT(*) AS "values" FROM secret_value GROUP BY data_key_id')
  const values = new Map(rows.map((row) => [row['data_key_id'], Number(row['values'])]))
  return keyring.dataKeys.map(({ id, state, createdAtMs, retiredAtMs }) => ({
    id,
    state,
    createdAt: timeText(createdAtMs),
    ...(retiredAtMs === undefined ? {} : { retiredAt: timeText(retiredAtMs) }),
    values: values.get(id) ?? 0,
  }))
}

/** Throws `data_key_not_found`. */
export async function getDataKey(call: Call, id: string): Promise<DataKey> {
  const found = (await describeDataKeys(call.tx, call.parts.keyring.current)).find((key) => key.id === id)
  if (found === undefined)
    throw new SottoError('data_key_not_found', 'the keyring has no data key of that id', { hint: 'sotto keys status' })
  return found
}
