import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLinearizable } from './linearizable.ts'
import type { Operation } from './linearizable.ts'

const initial = { version: 1, value: 'a' }

function at(
  process: number,
  calledAt: number,
  answeredAt: number,
): Pick<Operation, 'process' | 'calledAt' | 'answeredAt'> {
  return { process, calledAt: BigInt(calledAt), answeredAt: BigInt(answeredAt) }
}

const read = (version: number, value: string): { kind: 'read'; version: number; value: string } => ({
  kind: 'read',
  version,
  value,
})
const write = (
  expected: number,
  value: string,
  done: boolean,
): { kind: 'write'; expected: number; value: string; done: boolean } => ({
  kind: 'write',
  expected,
  value,
  done,
})

test('histories that one register explains are taken', () => {
  const taken: readonly (readonly Operation[])[] = [
    [],
    [
      { ...at(0, 0, 1), ...read(1, 'a') },
      { ...at(0, 2, 3), ...write(1, 'b', true) },
      { ...at(1, 4, 5), ...read(2, 'b') },
    ],
    // While a write is under way a read may see either.
    [
      { ...at(0, 0, 9), ...write(1, 'b', true) },
      { ...at(1, 1, 2), ...read(1, 'a') },
      { ...at(1, 3, 4), ...read(2, 'b') },
    ],
    [
      { ...at(0, 0, 9), ...write(1, 'b', true) },
      { ...at(1, 0, 9), ...write(1, 'c', false) },
    ],
    [
      { ...at(0, 5, 9), ...write(1, 'b', false) },
      { ...at(1, 0, 9), ...write(1, 'c', true) },
    ],
  ]
  for (const history of taken) assert.equal(isLinearizable(history, initial), true)
})

test('each kind of lie is found', () => {
  const lies: readonly (readonly Operation[])[] = [
    // Both won.
    [
      { ...at(0, 0, 9), ...write(1, 'b', true) },
      { ...at(1, 0, 9), ...write(1, 'c', true) },
    ],
    // Nobody won.
    [
      { ...at(0, 0, 9), ...write(1, 'b', false) },
      { ...at(1, 0, 9), ...write(1, 'c', false) },
    ],
    // An acknowledged write was lost.
    [
      { ...at(0, 0, 1), ...write(1, 'b', true) },
      { ...at(1, 2, 3), ...read(1, 'a') },
    ],
    // Time went back.
    [
      { ...at(0, 0, 9), ...write(1, 'b', true) },
      { ...at(1, 1, 2), ...read(2, 'b') },
      { ...at(2, 3, 4), ...read(1, 'a') },
    ],
    // A value that nobody wrote, or of another version.
    [{ ...at(0, 0, 1), ...read(1, 'x') }],
    [
      { ...at(0, 0, 1), ...write(1, 'b', true) },
      { ...at(0, 2, 3), ...write(2, 'c', true) },
      { ...at(1, 4, 5), ...read(3, 'b') },
    ],
  ]
  for (const history of lies) assert.equal(isLinearizable(history, initial), false)
})
