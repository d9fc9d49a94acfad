/** `sotto TYPE describe NAME`: references as written, secrets in clear as `***`. */
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'
import { typeOf } from './component-type.ts'

export async function describeComponent(call: Call): Promise<undefined> {
  const api = await call.api()
  const component = await api.describeComponent({ type: typeOf(call), component: call.input.argument('NAME') })
  const labels = Object.entries(component.labels).map(([label, value]) => `${label}=${value}`)
  await call.print.result(component, () => ({
    facts: [
      ['type', component.type],
      ['name', component.name],
      ['flavor', component.flavor],
      ...(component.description === '' ? [] : [['description', component.description] as const]),
      ...(labels.length === 0 ? [] : [['labels', labels.join(', ')] as const]),
      ['author', component.author],
      ['created', shortTime(component.createdAt)],
      ['updated', shortTime(component.updatedAt)],
      ['id', component.id],
    ],
    table: {
      columns: ['ATTRIBUTE', 'VALUE'],
      rows: Object.entries(component.attributes).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    },
  }))
}
