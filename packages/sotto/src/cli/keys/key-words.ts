import type { DataKey } from '@sotto/sdk/model'

/** `1 value`, `7 values`. */
export function valueCount(values: number): string {
  return values === 1 ? '1 value' : `${String(values)} values`
}

/** What a change of the data keys leaves to be done, a line for each. */
export function olderKeyLines(dataKeys: readonly DataKey[]): readonly string[] {
  return dataKeys
    .filter(({ state, values }) => state !== 'active' && values > 0)
    .map(({ id, values }) => `${valueCount(values)} still under key ${id}; next: sotto keys rewrap`)
}
