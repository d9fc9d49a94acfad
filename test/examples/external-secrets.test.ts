/**
 * Goal: the example for the External Secrets Operator gives the value it promises. Method: the request is made of its
 * templates as the operator's webhook provider makes it, sent to a real server, and the answer read by its path.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { startServerProcess } from '../support/server.ts'
import { root } from '../support/sotto.ts'

interface Webhook {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly result: { readonly jsonPath: string }
}
type Data = Readonly<Record<string, Readonly<Record<string, string>>>>

const file = join(root, 'examples/external-secrets/secret-store.yaml')
const [store, external] = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as unknown)
const { webhook } = (store as { spec: { provider: { webhook: Webhook } } }).spec.provider
const { remoteRef } = (external as { spec: { data: [{ remoteRef: { key: string; property: string } }] } }).spec.data[0]

/** Of Go's templates what the example uses: `{{ .a.b }}` and `{{ .a.b | toJson }}`; anything else is an error. */
function fill(template: string, data: Data): string {
  return template.replaceAll(/\{\{(.*?)\}\}/g, (_whole, inside: string) => {
    const found = /^ \.(?<name>\w+)\.(?<member>\w+)(?<json> \| toJson)? $/.exec(inside)?.groups
    const text = data[found?.['name'] ?? '']?.[found?.['member'] ?? '']
    assert.ok(text !== undefined, `the template has {{${inside}}}`)
    return found?.['json'] === undefined ? text : JSON.stringify(text)
  })
}

/** Of JSONPath what the example uses: members, numbers and `*`. The provider takes the first of what a `*` finds. */
function first(value: unknown, path: string): unknown {
  const [head, ...parts] = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.')
  assert.equal(head, '$')
  const found = parts.reduce<readonly unknown[]>(
    (values, part) =>
      values.flatMap((each) => {
        const members = each as Readonly<Record<string, unknown>>
        return part === '*' ? Object.values(members) : part in members ? [members[part]] : []
      }),
    [value],
  )
  return found[0]
}

test('the operator reads the value of one key, and its token reads no other secret', async (t) => {
  const { admin, url } = await startServerProcess(t)
  await admin('sotto secret create crm --scope workspace --password=rosebud-7731 --user=ada')
  await admin('sotto secret create other --scope workspace --password=rosebud-7732')
  await admin('sotto service-account create eso')
  await admin('sotto grant add read --to eso --on secret:crm')
  const { text: token } = JSON.parse(await admin('sotto token create eso --for eso --json')) as { text: string }
  const ask = async (ref: { key: string; property: string }): Promise<{ status: number; value: unknown }> => {
    const data = { auth: { token }, remoteRef: ref }
    const address = fill(webhook.url, data).replace('https://sotto.sotto.svc', url)
    const headers = Object.fromEntries(Object.entries(webhook.headers).map(([name, text]) => [name, fill(text, data)]))
    const answer = await fetch(address, { method: webhook.method, headers, body: fill(webhook.body, data) })
    return { status: answer.status, value: first(await answer.json(), webhook.result.jsonPath) }
  }
  assert.deepEqual(await ask(remoteRef), { status: 200, value: 'rosebud-7731' })
  for (const ref of [
    { key: 'other', property: 'password' },
    { key: 'crm', property: 'missing' },
    { key: 'crm","scope":"user', property: 'password' },
    { key: '../secrets/other', property: 'password' },
  ]) {
    const { status, value } = await ask(ref)
    assert.ok(status >= 400, JSON.stringify(ref))
    assert.equal(value, undefined)
  }
})
