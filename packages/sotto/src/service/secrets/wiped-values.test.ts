/**
 * Goal: no buffer with a value outlives the call that needed it. Method: the keyring notes every buffer that it opened or
 * was given to seal; behind each operation all of them must be zeros. (Strings that are revealed cannot be wiped.)
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import { openTestService } from '../testing.ts'
import type { TestService } from '../testing.ts'

function watchBuffers({ keyring }: TestService): Uint8Array[] {
  const seen: Uint8Array[] = []
  const { current } = keyring
  const [read, seal] = [current.readValue.bind(current), current.sealValue.bind(current)]
  current.readValue = (input) => {
    const sealed = read(input)
    const open = sealed.open.bind(sealed)
    sealed.open = () => {
      const value = open()
      assert.ok(value.some((byte) => byte !== 0))
      seen.push(value)
      return value
    }
    return sealed
  }
  current.sealValue = (input) => {
    seen.push(input.value)
    return seal(input)
  }
  return seen
}

const works: { readonly [name: string]: (api: Api) => Promise<unknown> } = {
  createSecret: (api) => api.createSecret({ name: 'new', values: { a: textValue('one'), b: textValue('two') } }),
  setSecrets: (api) => api.setSecrets({ secrets: [{ name: 'crm', values: { key: textValue('other') } }] }),
  updateSecret: (api) => api.updateSecret({ secret: 'crm', values: { more: textValue('other') } }),
  resolveSecrets: (api) => api.resolveSecrets({ items: [{ secret: 'crm' }] }),
  resolveReferences: (api) =>
    api.resolveReferences({ stack: 'default', secrets: [{ place: 'step load', name: 'crm' }] }),
}

for (const [name, work] of Object.entries(works)) {
  test(`${name} wipes every value that it opened or sealed`, async (t) => {
    const flavors = ['orchestrator', 'artifact-store'].map(
      (type) => ({ type, name: 'local', builtIn: true, description: '', attributes: [] }) as never, // of two known types
    )
    const service = await openTestService(t, { flavors })
    await service.api.createSecret({ name: 'crm', values: { key: textValue('value'), more: textValue('else') } })
    const seen = watchBuffers(service)
    await work(service.api)
    assert.ok(seen.length > 0, 'no buffer was seen')
    assert.deepEqual(
      seen.filter((buffer) => buffer.some((byte) => byte !== 0)),
      [],
    )
  })
}
