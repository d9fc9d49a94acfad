// The page's two programs, on a real store of their own.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { Client, isSottoError } from './index.ts'

let folder = ''
const clientOf = (home: string): Client => new Client({ env: { SOTTO_HOME: home } })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-client-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the client of sotto', () => {
  test('creates a secret and fetches its values by key', async () => {
    await using client = clientOf(folder)
    await client.createSecret({ name: 'my_secret', values: { username: 'admin', password: 'abc123' } })
    const secret = await client.getSecret('my_secret')
    assert.equal(secret.secretValues['username'], 'admin')
    assert.equal(secret.secretValues['password'], 'abc123')
    assert.equal(secret.values['password']?.reveal(), 'abc123')
    assert.ok(!inspect([secret, secret.values], { depth: 9 }).includes('abc123'))
    assert.equal((await client.getSecret(secret.id, { keys: ['password'] })).secretValues.password, 'abc123')
  })

  test('keeps text and bytes exactly, whatever they are and whatever their key is called', async () => {
    await using client = clientOf(folder)
    const values = Object.fromEntries<string | Uint8Array>([
      ['empty', ''],
      ['number', '00123'],
      ['lines', '\ufeffa\r\nb\n'],
      ['braces', '{{a.b}}'],
      ['constructor', 'x'],
      ['__proto__', 'y'],
      ['bytes', Uint8Array.of(0, 255, 10)],
    ])
    await client.createSecret({ name: 'odd', values })
    const secret = await client.getSecret('odd')
    for (const [key, value] of Object.entries(values)) {
      if (typeof value === 'string') assert.equal(secret.secretValues[key], value, key)
      else assert.deepEqual(secret.bytes[key]?.reveal(), value)
    }
  })

  test('updates, lists, renames and deletes', async () => {
    await using client = clientOf(folder)
    for (const name of ['b', 'a', 'c']) await client.createSecret({ name, values: { k: name } })
    const { outcome, secret } = await client.updateSecret('a', { values: { k: null, other: 'x' }, expectVersion: 1 })
    assert.deepEqual([outcome, secret.version, secret.keys.map((key) => key.name)], ['updated', 2, ['other']])
    await client.renameSecret('b', 'd')
    await client.deleteSecret('c')
    const names: string[] = []
    for await (const each of client.listSecrets({ sort: '-name' })) names.push(each.name)
    assert.deepEqual(names, ['d', 'a'])
    await assert.rejects(client.getSecret('c'), (error) => isSottoError(error, 'secret_not_found'))
    await assert.rejects(client.getSecret('a', { keys: ['k'] }), (error) => isSottoError(error, 'key_not_found'))
  })

  test('opens nothing before it is asked, and refuses to go on when it is closed', async () => {
    const client = clientOf(join(folder, 'later'))
    assert.ok(!existsSync(join(folder, 'later')))
    await client.close()
    await assert.rejects(client.getSecret('a'), (error) => isSottoError(error, 'usage'))
    assert.ok(!existsSync(join(folder, 'later')))
  })
})
