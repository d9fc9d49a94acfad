import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { guardedLookup, mayFollow, parseIssuer } from './issuer-address.ts'

test('issuers are https, or http on this machine', () => {
  for (const good of [
    'https://token.actions.githubusercontent.com',
    'https://gitlab.example/',
    'https://login.example/tenant/v2.0',
    'https://10.96.0.1:443',
    'http://127.0.0.1:8080',
    'http://localhost:8080/realm',
    'http://[::1]:8080',
  ])
    assert.equal(typeof parseIssuer(good).href, 'string')
})

test('attack 35: other addresses are refused, also in other writings', () => {
  for (const bad of [
    '',
    'token.actions.githubusercontent.com',
    'http://issuer.example',
    'http://localhost.example',
    'ftp://127.0.0.1',
    'file:///etc/passwd',
    'https://user:password@issuer.example',
    'https://issuer.example/?a=b',
    'https://issuer.example/#a',
    'https://issuer.example/?',
    ' https://issuer.example',
    'https://169.254.169.254',
    'https://0xa9fea9fe',
    'https://2852039166',
    'https://[::ffff:169.254.169.254]',
    'https://[fe80::1]',
    'https://[fd00:ec2::254]',
    'https://[64:ff9b::a9fe:a9fe]',
    'https://0.0.0.0',
    'https://[::]',
    'https://224.0.0.1',
    `https://issuer.example/${'a'.repeat(600)}`,
  ])
    assert.throws(
      () => parseIssuer(bad),
      (error: unknown) => isSottoError(error, 'input_invalid'),
      bad,
    )
})

test('attack 35: an issuer elsewhere leads to no address on this machine', () => {
  const issuer = new URL('https://issuer.example')
  assert.equal(mayFollow(issuer, 'https://keys.example/keys')?.href, 'https://keys.example/keys')
  for (const bad of [
    'http://keys.example',
    'https://127.0.0.1/keys',
    'http://localhost/keys',
    'https://[::1]/',
    'keys',
    '',
  ])
    assert.equal(mayFollow(issuer, bad), undefined, bad)
  assert.notEqual(mayFollow(new URL('http://127.0.0.1:1'), 'http://localhost/keys'), undefined)
})

test('attack 35: a name that leads to this machine gives no address, unless it is the name of this machine', async () => {
  const look = (loopback: boolean, all: boolean): Promise<unknown> =>
    new Promise((resolve, reject) => {
      guardedLookup(loopback)('localhost', { all }, (error, address) => {
        if (error === null) resolve(address)
        else reject(error)
      })
    })
  await assert.rejects(look(false, true), /leads to an address/)
  await assert.rejects(look(false, false), /leads to an address/)
  assert.ok(Array.isArray(await look(true, true)))
  assert.match(String(await look(true, false)), /^(127\.|::1)/)
})
