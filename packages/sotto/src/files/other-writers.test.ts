import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherWriters } from './other-writers.ts'

test('those who may write a folder are told by its mode, and sticky counts where it protects', () => {
  const cases = [
    [0o700, undefined, undefined],
    [0o755, undefined, undefined],
    [0o1755, undefined, undefined],
    [0o775, 'its group', 'its group'],
    [0o2770, 'its group', 'its group'],
    [0o777, 'everybody', 'everybody'],
    [0o702, 'everybody', 'everybody'],
    [0o1777, undefined, 'everybody'],
    [0o1770, undefined, 'its group'],
  ] as const
  for (const [mode, whereSticky, always] of cases) {
    assert.equal(otherWriters({ mode }, 'protects'), whereSticky, mode.toString(8))
    assert.equal(otherWriters({ mode }, 'is not enough'), always, mode.toString(8))
  }
})
