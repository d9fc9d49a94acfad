/** `ctx.tracker`: sends to the supervisor, which holds the tracker's credentials and masks what it is given. */
import type { Json } from '@sotto/sdk/model'
import type { Tracker } from '../authoring/context.ts'
import { toJsonData } from '../json-data.ts'
import type { StepPort } from '../../channel/step-port.ts'

/** Parameters and tags are texts at every product: texts stay, other data becomes its JSON. */
function texts(what: string, given: { readonly [name: string]: unknown }): { readonly [name: string]: string } {
  const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, asText(toJsonData(value, `${what} "${name}"`))]),
  )
}

/** The tracker of a step whose run at the product is open. */
export function makeTracker({ id, url }: { readonly id: string; readonly url: string }, port: StepPort): Tracker {
  const send = async (operation: string, input: object): Promise<void> => {
    await port.call(`tracker.${operation}`, input)
  }
  const tracker: Tracker = {
    id,
    url,
    logMetric: (name, value, step) => tracker.logMetrics({ [name]: value }, step),
    // null stands for what JSON cannot hold; the supervisor refuses it by name.
    logMetrics: (metrics, step) => send('logMetrics', { metrics, ...(step === undefined ? {} : { step }) }),
    logParam: (name, value) => tracker.logParams({ [name]: value }),
    logParams: async (params) => {
      await send('logParams', { params: texts('parameter', params) })
    },
    setTag: (name, value) => tracker.setTags({ [name]: value }),
    setTags: async (tags) => {
      await send('setTags', { tags: texts('tag', tags) })
    },
    logArtifact: (path, data) => send('logArtifact', { path, dataBase64: Buffer.from(data).toString('base64') }),
  }
  return tracker
}
