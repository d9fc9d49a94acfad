/** `sotto workspace list` */
import type { Call } from '../command.ts'
import { shortTime } from '../print/time.ts'

export async function listWorkspaces(call: Call): Promise<undefined> {
  const api = await call.api()
  const answer = await api.listWorkspaces({})
  await call.print.result(answer, () => ({
    columns: ['NAME', 'MADE', 'ID'],
    rows: answer.workspaces.map(({ name, createdAt, id }) => [name, shortTime(createdAt), id]),
  }))
}
