/** Collects the nodes of a plan while a pipeline's body runs. */
import { dirname, relative, sep } from 'node:path'
import { nearest, SottoError } from '@sotto/sdk/model'
import type { Handle } from '../authoring/handle.ts'
import { findHandle, makeHandle } from '../authoring/make-handle.ts'
import type { BodyRecorder, CommandDefinition, StepDefinition } from '../definitions.ts'
import { toExpression } from './expression.ts'
import { RESULT } from './plan.ts'
import type { Expression, PlanNode, PlannedSecret, PlannedVariable } from './plan.ts'

export class PlanBuilder implements BodyRecorder {
  readonly pipeline: string
  readonly nodes: PlanNode[] = []
  readonly parameters: Set<string> = new Set()
  private readonly folder: string
  private readonly ids: Set<string> = new Set()

  constructor(pipeline: string, file: string) {
    this.pipeline = pipeline
    this.folder = dirname(file)
  }

  useParameter(name: string): void {
    this.parameters.add(name)
  }

  addStep(definition: StepDefinition, inputs: object, after: readonly unknown[]): Handle<unknown> {
    const { name, tracker, settings } = definition
    const what = `step "${name}"`
    const secrets = Object.entries(definition.secrets).map(([alias, declared]): [string, PlannedSecret] => {
      const { name: secret, keys, version, form } = declared
      return [
        alias,
        { name: secret, ...(keys === undefined ? {} : { keys }), ...(version === undefined ? {} : { version }), form },
      ]
    })
    const common = {
      step: name,
      file: this.relativeFile(definition.file),
      after: this.order(what, after),
      tracker,
      settings,
    }
    // The id last: a step whose inputs are refused must not use up a number.
    const given = this.readInputs(what, inputs)
    const id = this.newId(name)
    this.nodes.push({ kind: 'function', id, ...common, inputs: given, secrets: Object.fromEntries(secrets) })
    return this.handle(id, RESULT)
  }

  addCommand(definition: CommandDefinition, inputs: object, after: readonly unknown[]): unknown {
    const { name, tracker, settings, run, outputs } = definition
    const what = `command "${name}"`
    const given = this.readInputs(what, inputs)
    requireGiven(what, Object.keys(given), [...definition.params, ...definition.inputs])
    const pick = (names: readonly string[]): { [name: string]: Expression } =>
      Object.fromEntries(names.flatMap((each) => (given[each] === undefined ? [] : [[each, given[each]]])))
    const secrets = Object.entries(definition.secrets).map(([variable, declared]): [string, PlannedVariable] => {
      const key = declared.kind === 'secret' ? (declared.keys?.[0] ?? '') : declared.key // command() refused other numbers of keys
      return [
        variable,
        {
          name: declared.name,
          key,
          ...(declared.version === undefined ? {} : { version: declared.version }),
          form: declared.kind === 'secret' ? 'env' : 'file',
        },
      ]
    })
    const common = {
      step: name,
      file: this.relativeFile(definition.file),
      after: this.order(what, after),
      tracker,
      settings,
      run,
    }
    const id = this.newId(name)
    this.nodes.push({
      kind: 'command',
      id,
      ...common,
      params: pick(definition.params),
      inputs: pick(definition.inputs),
      secrets: Object.fromEntries(secrets),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([each, { codec, fileName }]) => [
          each,
          { codec, fileName: fileName ?? (codec === 'json' ? `${each}.json` : each) },
        ]),
      ),
    })
    const names = Object.keys(outputs)
    if (names.length === 0) return this.handle(id, RESULT)
    return knownMembers(what, Object.fromEntries(names.map((each) => [each, this.handle(id, each)])))
  }

  private handle(id: string, output: string): Handle<unknown> {
    const noun = output === RESULT ? `the result of step "${id}"` : `output "${output}" of command "${id}"`
    return makeHandle(noun, { recorder: this, expression: { step: id, output } })
  }

  private readInputs(what: string, inputs: unknown): { readonly [name: string]: Expression } {
    const handle = findHandle(inputs)
    if (handle !== undefined || typeof inputs !== 'object' || inputs === null || Array.isArray(inputs)) {
      throw new SottoError('pipeline_invalid', `${what} was not given an object of inputs`, {
        hint: 'name each input: train({ rows: load() })',
      })
    }
    const members = Object.entries(inputs)
    requireDefined(what, members)
    return Object.fromEntries(
      members.map(([name, value]) => [name, toExpression(value, `input "${name}" of ${what}`, this)]),
    )
  }

  private order(what: string, after: readonly unknown[]): readonly string[] {
    return after.map((each) => {
      const target = findHandle(each)
      if (target?.recorder === this && 'step' in target.expression) return target.expression.step
      throw new SottoError('pipeline_invalid', `${what}: after holds something that is not the result of a step`, {
        hint: 'write { after: [load()] } with handles of this pipeline',
      })
    })
  }

  private newId(name: string): string {
    let id = name
    for (let number = 2; this.ids.has(id); number += 1) id = `${name}-${String(number)}`
    this.ids.add(id)
    return id
  }

  private relativeFile(file: string): string {
    return relative(this.folder, file).split(sep).join('/')
  }
}

/** An input that is there but undefined is a mistyped name, since a body has only handles and constants. */
function requireDefined(what: string, members: readonly (readonly [string, unknown])[]): void {
  const names = members.filter(([, value]) => value === undefined).map(([name]) => `"${name}"`)
  if (names.length === 0) return
  throw new SottoError('pipeline_invalid', `${what}: input ${names.join(', ')} is undefined`, {
    hint: 'look for a mistyped name in the body of the pipeline',
  })
}

function requireGiven(what: string, given: readonly string[], declared: readonly string[]): void {
  const unknown = given.find((name) => !declared.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, declared)
    throw new SottoError('pipeline_invalid', `${what} declares no parameter or input "${unknown}"`, {
      hint: near === undefined ? `declare it: params: ['${unknown}']` : `did you mean "${near}"?`,
    })
  }
  const absent = declared.filter((name) => !given.includes(name))
  if (absent.length > 0)
    throw new SottoError('pipeline_invalid', `${what} was not given ${absent.map((name) => `"${name}"`).join(', ')}`)
}

/** An object whose unknown members are errors instead of `undefined`. */
function knownMembers(what: string, members: { readonly [name: string]: unknown }): object {
  return new Proxy(Object.freeze(members), {
    get(target, property) {
      if (typeof property === 'symbol' || Object.hasOwn(target, property))
        return Reflect.get(target, property) as unknown
      const near = nearest(property, Object.keys(target))
      throw new SottoError('pipeline_invalid', `${what} has no output "${property}"`, {
        hint: near === undefined ? `it has ${Object.keys(target).join(', ')}` : `did you mean "${near}"?`,
      })
    },
  })
}
