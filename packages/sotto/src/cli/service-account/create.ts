/** `sotto service-account create NAME` */
import { shown } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { parseLabels } from '../parse/parse-labels.ts'

export async function createServiceAccount(call: Call): Promise<undefined> {
  const { input, print } = call
  const [name, description] = [input.argument('NAME'), input.text('description')]
  const labels = parseLabels(input.list('label'))
  const api = await call.api()
  const account = await api.createServiceAccount({ name, description, labels })
  await print.changed(account, [
    `made service account ${shown(account.name)} in workspace ${shown(account.workspace ?? '')}; it has no rights yet`,
    `next: sotto grant add runner --to ${account.name}; sotto token create --for ${account.name}`,
  ])
}
