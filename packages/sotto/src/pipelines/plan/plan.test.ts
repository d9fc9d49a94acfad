import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { completeParameters, parseParameters } from './parameters.ts'
import type { Expression, FunctionNode, Plan } from './plan.ts'
import { nodeNeeds, planToJson } from './plan.ts'
import { planRequirements } from './requirements.ts'
import { planFromJson } from './validate.ts'

function node(
  id: string,
  inputs: { readonly [name: string]: Expression } = {},
  more: Partial<FunctionNode> = {},
): FunctionNode {
  return {
    kind: 'function',
    id,
    step: id,
    file: 'p.ts',
    after: [],
    inputs,
    secrets: {},
    tracker: false,
    settings: {},
    ...more,
  }
}

function plan(nodes: readonly FunctionNode[], more: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    pipeline: 'churn',
    file: 'p.ts',
    settings: {},
    params: [],
    nodes,
    result: { value: null },
    ...more,
  }
}

function from(step: string): Expression {
  return { step, output: 'result' }
}

test('a plan survives its JSON', () => {
  const whole = plan([node('a'), node('b', { x: { list: [from('a'), { value: { step: 'a' } }] } })], {
    result: from('b'),
  })
  assert.deepEqual(planFromJson(planToJson(whole)), whole)
  assert.deepEqual(whole.nodes.map(nodeNeeds), [[], ['a']])
})

test('a plan that comes as data is validated, every problem named', () => {
  const cases: readonly (readonly [Plan, RegExp])[] = [
    [plan([]), /no nodes/],
    [plan([node('a'), node('a')]), /same id/],
    [plan([node('a', { x: from('b') }), node('b', { x: from('a') })]), /wait for each other: a, b/],
    [plan([node('a', {}, { after: ['a'] })]), /wait for each other: a/],
    [plan([node('a', { x: from('z') })]), /unknown output "z.result"/],
    [plan([node('a', { x: { step: 'a', output: 'model' } })]), /unknown output "a.model"/],
    [plan([node('a', { x: { parameter: 'lr' } })]), /unknown parameter "lr"/],
    [plan([node('a', {}, { after: ['z'] })]), /unknown step "z"/],
  ]
  for (const [wrong, message] of cases)
    assert.throws(
      () => planFromJson(planToJson(wrong)),
      (error) => isSottoError(error, 'pipeline_invalid') && message.test(error.message),
    )
  assert.throws(() => planFromJson({ format: 2 }), /format 2 is not known/)
  assert.throws(
    () => planFromJson({ format: 1, pipeline: 'p', file: 'f', params: [], nodes: [{}], settings: {}, result: {} }),
    /id of node 1/,
  )
})

test('ten thousand steps are validated in time', () => {
  const nodes = Array.from({ length: 10_000 }, (_, index) =>
    node(`s${String(index)}`, index === 0 ? {} : { x: from(`s${String(index - 1)}`) }),
  )
  const began = performance.now()
  planFromJson(planToJson(plan(nodes)))
  assert.ok(performance.now() - began < 2000)
})

test('requirements name their places', () => {
  const secrets = {
    crm: { name: 'crm', keys: ['password'], form: 'text' as const },
    all: { name: 'erp', version: 2, form: 'text' as const },
  }
  const settings = { 'experiment-tracker.tracking_uri': '{{mlflow.uri}}' }
  assert.deepEqual(
    planRequirements(
      plan([node('load', {}, { secrets }), node('train', {}, { settings })], {
        settings: { 'declared-secrets': 'required' },
      }),
    ),
    {
      settings: [
        { place: 'pipeline churn', settings: { 'declared-secrets': 'required' } },
        { place: 'step train', settings },
      ],
      secrets: [
        { place: 'step load', name: 'crm', keys: ['password'] },
        { place: 'step load', name: 'erp', version: 2 },
      ],
    },
  )
})

test('words of a command line become parameters', () => {
  const words = [
    ['lr', '0.1'],
    ['name', 'prod'],
    ['id', '00123'],
    ['on', 'true'],
    ['none', 'null'],
    ['text', '"5"'],
    ['list', '[1, "a"]'],
    ['large', '1e400'],
    ['empty', ''],
    ['__proto__', '1'],
  ] as const
  const values = parseParameters(words)
  assert.deepEqual(Object.entries(values), [
    ['lr', 0.1],
    ['name', 'prod'],
    ['id', '00123'],
    ['on', true],
    ['none', null],
    ['text', '5'],
    ['list', [1, 'a']],
    ['large', '1e400'],
    ['empty', ''],
    ['__proto__', 1],
  ])
  assert.throws(
    () => parseParameters([['a', '{"b": private}']]),
    (error) => isSottoError(error, 'input_invalid') && !error.message.includes('private'),
  )
  assert.throws(
    () =>
      parseParameters([
        ['a', '1'],
        ['a', '2'],
      ]),
    /given twice/,
  )
})

test('unknown and missing parameters are all named, with the nearest name', () => {
  const wanted = plan([node('a')], { params: [{ name: 'lr' }, { name: 'epochs', default: 3 }] })
  assert.deepEqual(completeParameters(wanted, { lr: 0 }), { lr: 0, epochs: 3 })
  assert.throws(
    () => completeParameters(wanted, { lrr: 1 }),
    (error) =>
      isSottoError(error, 'input_invalid') &&
      /no parameter "lrr"; parameter "lr" is missing/.test(error.message) &&
      error.hint === 'did you mean --lr=…?',
  )
  assert.throws(
    () => completeParameters(plan([node('a')]), { x: 1 }),
    (error) => isSottoError(error, 'input_invalid') && error.hint === 'it takes no parameters',
  )
})
