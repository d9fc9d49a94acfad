// Types of the public API, checked by the compiler: each expected error must be one. Nothing here runs.
import { Client, isSottoError, operations, parseTemplate, Sensitive, SottoError, substitute } from './index.ts'
import type {
  Api,
  ByKey,
  ErrorCode,
  namedSettings,
  Operation,
  OperationName,
  Reference,
  Secret,
  SecretDescription,
} from './index.ts'

/** Each assignable to the other, and so the same but for `readonly`. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller gives the type that must be true
declare function holds<T extends true>(): T
declare const api: Api
declare const error: unknown

const client = new Client({ api })
export const lazy: Client = new Client({ api: async () => Promise.resolve(api) })
// @ts-expect-error -- an Api has to come from somewhere
export const nowhere: Client = new Client()

// Keys that are asked for are the keys there are.
const crm = await client.getSecret('crm', { keys: ['username', 'password'] })
holds<Same<typeof crm, Secret<'username' | 'password'>>>()
holds<Same<typeof crm.values, ByKey<'username' | 'password', Sensitive>>>()
holds<Same<typeof crm.secretValues.password, string>>()
holds<Same<typeof crm.bytes.password, Sensitive<Uint8Array>>>()
// @ts-expect-error -- was not asked for
void crm.values.token
// @ts-expect-error -- a Sensitive is not its text
export const text: string = crm.values.password

// Without them a key may be missing.
const whole = await client.getSecret('crm')
holds<Same<(typeof whole)['keys'], readonly string[]>>()
const maybe = whole.secretValues['password']
holds<Same<typeof maybe, string | undefined>>()
// @ts-expect-error -- read only
whole.secretValues['password'] = 'x'

await client.createSecret({ name: 'crm', values: { a: 'x', b: new Uint8Array(), c: new Sensitive('x') } })
// @ts-expect-error -- a number has no one spelling
await client.createSecret({ name: 'crm', values: { a: 1 } })
// @ts-expect-error -- null removes, and there is nothing to remove
await client.createSecret({ name: 'crm', values: { a: null } })
await client.updateSecret('crm', { values: { a: null } })
// @ts-expect-error -- no such scope
await client.createSecret({ name: 'crm', values: {}, scope: 'global' })
// @ts-expect-error -- no such order
client.listSecrets({ sort: 'size' })
// @ts-expect-error -- pages are the client's business
client.listSecrets({ cursor: 'x' })
// @ts-expect-error -- no such type of component
await client.describeComponent('tracker', 'mlflow')

const secrets = client.listSecrets()
holds<Same<typeof secrets, AsyncIterable<SecretDescription>>>()
// @ts-expect-error -- a list is walked, not awaited
// oxlint-disable-next-line typescript/await-thenable -- what is tested
export const all: SecretDescription[] = await secrets

// An error is known by its code, and the codes are closed.
if (isSottoError(error, 'secret_not_found')) holds<Same<typeof error, SottoError>>()
// @ts-expect-error -- no such code
isSottoError(error, 'not_found')
// @ts-expect-error -- no such code
export const unknownError: SottoError = new SottoError('not_found', 'x')
holds<'secret_not_found' extends ErrorCode ? true : false>()

// The table of operations is the Api.
holds<Same<keyof typeof operations, OperationName>>()
holds<Same<OperationName, keyof Api>>()
// @ts-expect-error -- one operation is not all
export const short: { readonly [name in OperationName]: Operation } = { createSecret: operations.createSecret }
holds<Same<(typeof namedSettings)['declared-secrets'], readonly ['recorded', 'required']>>()

const template = parseTemplate('{{a.b}}')
holds<Same<(typeof template.parts)[number], string | Reference>>()
holds<Same<ReturnType<typeof substitute>, string>>()
// @ts-expect-error -- what is put in is text
substitute(template, () => new Sensitive('x'))
