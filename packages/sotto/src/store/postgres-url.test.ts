import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import { findPassword } from './postgres-password.ts'
import { parsePostgresUrl } from './postgres-url.ts'
import { liesInDatabase } from './store-place.ts'
import { temporaryFolder, withCode } from './testing.ts'

test('reads host, port, user, database and schema, with defaults', () => {
  const env = { PGUSER: 'ada' }
  const plain = parsePostgresUrl('postgres://db.example', env)
  assert.deepEqual(
    [plain.host, plain.port, plain.user, plain.database, plain.schema, plain.text],
    ['db.example', 5432, 'ada', 'ada', 'sotto', 'postgres://ada@db.example:5432/ada'],
  )
  const full = parsePostgresUrl('postgresql://s%40x:pa%2Fss@[::1]:6543/team?schema=other', env)
  assert.deepEqual(
    [full.host, full.port, full.user, full.database, full.schema, full.password, full.text],
    ['::1', 6543, 's@x', 'team', 'other', 'pa/ss', 'postgres://s%40x@[::1]:6543/team?schema=other'],
  )
  const socket = parsePostgresUrl('postgres:///team?host=/run/postgresql', env)
  assert.deepEqual([socket.host, socket.tls], ['/run/postgresql', undefined])
  assert.ok(liesInDatabase('postgres://x') && !liesInDatabase('/var/lib/postgres://x'))
})

test('encrypts to the server that was named, unless it is on this machine or something else was said', () => {
  const mode = (url: string): string | undefined => parsePostgresUrl(url, { PGUSER: 'a' }).tls?.mode
  assert.equal(mode('postgres://db.example/x'), 'verify-full')
  assert.equal(mode('postgres://db.example/x?sslmode=require'), 'require')
  assert.equal(mode('postgres://db.example/x?sslmode=disable'), undefined)
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]'])
    assert.equal(mode(`postgres://${host}/x`), undefined)
  assert.equal(mode('postgres://127.0.0.1.example/x'), 'verify-full')
  assert.equal(mode('postgres://localhost/x?sslmode=verify-ca'), 'verify-ca')
})

test('refuses what it does not know, and never quotes a password', () => {
  for (const rest of [
    'x?sslmode=prefer',
    'x?sslmode=allow',
    'x?options=-c%20fsync=off',
    'x?schema=a&schema=b',
    'x?schema=pg_temp',
    'x?schema=A',
    'x?sslrootcert=/nowhere/at/all',
    'x/y',
    'x#y',
    '%',
  ]) {
    assert.throws(
      () => parsePostgresUrl(`postgres://ada:canary@h/${rest}`, {}),
      (error: unknown) => isSottoError(error) && error.hint !== undefined && !JSON.stringify(error).includes('canary'),
      rest,
    )
  }
  assert.throws(
    () => parsePostgresUrl('postgres://ada:canary@h:port/x', {}),
    (error: unknown) => {
      assert.ok(isSottoError(error, 'input_invalid') && error.cause === undefined)
      return true
    },
  )
})

test('takes the password from the file that is named, else the URL, else the environment', (t) => {
  const file = join(temporaryFolder(t), 'password')
  writeFileSync(file, 'from file\n', { mode: 0o600 })
  const withPassword = parsePostgresUrl('postgres://a:url@h/x', {})
  const without = parsePostgresUrl('postgres://a@h/x', {})
  const env = { PGPASSWORD: 'environment' }
  assert.equal(findPassword(withPassword, { ...env, SOTTO_STORE_PASSWORD_FILE: file }), 'from file')
  assert.equal(findPassword(withPassword, env), 'url')
  assert.equal(findPassword(without, env), 'environment')
  assert.equal(findPassword(without, {}), undefined)
  for (const path of ['', join(file, '..', 'nowhere')]) {
    assert.throws(
      () => findPassword(without, { SOTTO_STORE_PASSWORD_FILE: path }),
      (error) => isSottoError(error),
    )
  }
  chmodSync(file, 0o644)
  assert.throws(() => findPassword(without, { SOTTO_STORE_PASSWORD_FILE: file }), withCode('key_insecure'))
})
