import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@sotto/sdk/model'
import { stepTree } from './step-tree.ts'

function node(id: string, ...after: string[]): JsonObject {
  return {
    kind: 'function',
    id,
    step: id,
    file: 'x.ts',
    inputs: {},
    secrets: {},
    settings: {},
    tracker: false,
    after,
    exportName: '',
  }
}

function drawn(...nodes: JsonObject[]): readonly string[] {
  const plan = { format: 1, pipeline: 'p', file: 'x.ts', settings: {}, params: [], nodes, result: { value: null } }
  return stepTree(plan).map(({ label, alsoAfter }) => [label, ...alsoAfter].join(' < '))
}

test('a step stands below the last step it waits for, and names the others', () => {
  assert.deepEqual(
    drawn(node('load'), node('clean', 'load'), node('train', 'load', 'clean'), node('report', 'load'), node('alone')),
    ['load', '├─ clean', '│  └─ train < load', '└─ report', 'alone'],
  )
})
