/** What somebody may write in the place of a column's value. */
export type Cell = string | number | bigint | null | Uint8Array

export interface Mutation {
  readonly name: string
  readonly value: Cell
}

const longText = 'x'.repeat(100_000)

/** Other values for a column, `others` being what other rows have in it. None equals the present one. */
export function mutationsOf(present: Cell, others: readonly Cell[]): readonly Mutation[] {
  const other = others.find((value) => !sameCell(value, present))
  const all: Mutation[] = [
    ...(other === undefined ? [] : [{ name: "another row's", value: other }]),
    { name: 'null', value: null },
    { name: 'empty', value: present instanceof Uint8Array ? new Uint8Array() : '' },
    ...(typeof present === 'string' ? textMutations(present) : []),
    ...(typeof present === 'number' ? numberMutations(present) : []),
    ...(present instanceof Uint8Array ? bytesMutations(present) : []),
    ...(present === null
      ? [
          { name: 'a number', value: 1 },
          { name: 'a text', value: 'x' },
        ]
      : []),
  ]
  return all.filter(({ value }, index) => {
    const firstOfItsKind = all.findIndex((earlier) => sameCell(earlier.value, value)) === index
    return firstOfItsKind && !sameCell(value, present)
  })
}

function textMutations(text: string): readonly Mutation[] {
  const mutations: Mutation[] = [
    { name: 'truncated', value: text.slice(0, -1) },
    { name: 'longer', value: `${text}x` },
    { name: 'a NUL behind', value: `${text}\0x` },
    { name: 'other case', value: text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase() },
    { name: 'flipped', value: `${String.fromCharCode(text.charCodeAt(0) ^ 1 || 0x61)}${text.slice(1)}` },
    { name: 'very long', value: longText },
    { name: 'bytes', value: Buffer.from(text) },
    { name: 'a number', value: 1 },
  ]
  if (!text.startsWith('{') && !text.startsWith('[')) return mutations
  return [...mutations, ...['{}', 'null', '{'].map((value) => ({ name: `JSON ${value.slice(0, 9)}`, value }))]
}

function numberMutations(number: number): readonly Mutation[] {
  return [
    { name: 'one more', value: number + 1 },
    { name: 'one less', value: number - 1 },
    { name: 'negative', value: -number },
    { name: 'with a fraction', value: number + 0.5 },
    { name: 'beyond 2^53', value: 9_007_199_254_740_993n },
    { name: 'the largest', value: 9_223_372_036_854_775_807n },
    { name: 'as text', value: String(number) },
  ]
}

function bytesMutations(bytes: Uint8Array): readonly Mutation[] {
  const flipped = (at: number): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
  return [
    { name: 'first bit', value: flipped(0) },
    { name: 'last bit', value: flipped(bytes.length - 1) },
    { name: 'truncated', value: bytes.subarray(0, -1) },
    { name: 'longer', value: Buffer.concat([bytes, Buffer.of(0)]) },
    { name: 'zeros', value: new Uint8Array(bytes.length) },
    { name: 'very long', value: new Uint8Array(200_000) },
    { name: 'as hex', value: Buffer.from(bytes).toString('hex') },
  ]
}

function sameCell(left: Cell, right: Cell): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0
  return left === right
}
