/** Handles at run time: objects that refuse every touch, and the record of what each stands for. */
import { SottoError } from '@sotto/sdk/model'
import { registry } from '../registry.ts'
import type { HandleTarget } from '../definitions.ts'
import type { Handle } from './handle.ts'

/** Makes a handle. `noun` names it in errors: `the result of step "load"`. */
export function makeHandle<T>(noun: string, target: HandleTarget): Handle<T> {
  const refuse = (what: string): never => {
    throw new SottoError('pipeline_invalid', `${noun} is not there while the pipeline is drawn up: ${what}`, {
      hint: 'give it to a step; steps work with data, the body of a pipeline only connects them',
    })
  }
  const handle = new Proxy(Object.freeze(Object.create(null)), {
    get: (_, property) =>
      refuse(property === 'then' ? 'await has nothing to wait for' : `${reading(property)} cannot be read`),
    has: () => refuse('it has no members yet'),
    ownKeys: () => refuse('it cannot be spread or walked'),
    getOwnPropertyDescriptor: () => refuse('it has no members yet'),
    set: () => refuse('it cannot be changed'),
  }) as Handle<T> // the proxy has no members; only its type says what it stands for
  registry().handles.set(handle, target)
  return handle
}

function reading(property: string | symbol): string {
  if (property === Symbol.toPrimitive || property === 'valueOf' || property === 'toString') return 'its value'
  if (property === Symbol.iterator) return 'its items'
  if (property === 'toJSON') return 'its JSON'
  return typeof property === 'symbol' ? 'it' : `its member "${property}"`
}

/** The target of a handle, or `undefined` for any other value. Touches nothing of the value. */
export function findHandle(value: unknown): HandleTarget | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return registry().handles.get(value)
}
