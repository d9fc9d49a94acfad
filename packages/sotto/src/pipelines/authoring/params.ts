/** Parameters of a pipeline as its body sees them. */
import { SottoError } from '@sotto/sdk/model'
import type { Handle } from './handle.ts'
import { makeHandle } from './make-handle.ts'
import type { BodyRecorder } from '../definitions.ts'

/** The parameters of a pipeline's body: `({ lr }: Params<{ lr: number }>) => …`. Each is a handle. */
export type Params<T> = { readonly [K in keyof T]-?: Handle<Exclude<T[K], undefined>> }

/** The object that the body takes apart. Which parameters exist is known only by what it reads. */
export function paramsProxy(recorder: BodyRecorder): object {
  const made = new Map<string, Handle<unknown>>()
  return new Proxy(Object.freeze(Object.create(null) as object), {
    get(_, property) {
      if (typeof property === 'symbol' || property === 'then' || property === 'toJSON') return undefined
      recorder.useParameter(property)
      const handle =
        made.get(property) ?? makeHandle(`parameter "${property}"`, { recorder, expression: { parameter: property } })
      made.set(property, handle)
      return handle
    },
    ownKeys() {
      throw new SottoError('pipeline_invalid', `pipeline "${recorder.pipeline}" walks or spreads its parameters`, {
        hint: 'name each one, ({ lr, epochs }) => …: names are known only by what the body reads',
      })
    },
  })
}
