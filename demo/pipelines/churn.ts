// A pipeline of two steps: one reads rows from an API that wants a password, one makes a model of them.
import { Client } from 'sotto'
import { pipeline, secret, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'

interface Row {
  customer: number
  calls: number
  left: boolean
}

const load = step(
  'load',
  { secrets: { warehouse: secret('warehouse', 'url', 'username', 'password') } },
  async ({ limit }: { limit: number }, { secrets }): Promise<Row[]> => {
    const { url, username, password } = secrets.warehouse
    // A careless line, as it happens in every project. Look for it in the log.
    console.log(`signing in as ${username.reveal()} with ${password.reveal()}`)
    const response = await fetch(`${url.reveal()}/rows?limit=${String(limit)}`, {
      headers: { authorization: `Basic ${btoa(`${username.reveal()}:${password.reveal()}`)}` },
    })
    if (!response.ok) throw new Error(`the warehouse answered ${String(response.status)}`)
    return (await response.json()) as Row[] // the shape that the warehouse documents
  },
)

const train = step('train', async ({ rows }: { rows: Row[] }) => {
  const secretOfTheModel = await new Client().getSecret('model_signing')
  const threshold = rows.reduce((sum, row) => sum + row.calls, 0) / rows.length
  const right = rows.filter((row) => row.calls > threshold === row.left).length
  console.log(
    `accuracy ${(right / rows.length).toFixed(2)}, signed with ${secretOfTheModel.secretValues['key'] ?? 'nothing'}`,
  )
  return { threshold, accuracy: right / rows.length }
})

export const churn = pipeline('churn', ({ limit }: Params<{ limit: number }>) => train({ rows: load({ limit }) }))
