import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChangedRootKey, KeysDescription } from '@sotto/sdk/model'
import { TestHome } from '../testing.ts'

const codeForm = /^([0-9A-Z]{5}-){6}[0-9A-Z]{5}\n$/

function keyPath(home: TestHome): string {
  return join(home.folder, 'sotto/root.key')
}

function privateFile(home: TestHome, name: string, content: string): string {
  const path = join(home.folder, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

test('rotate, rewrap, retire: each says what comes next', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1 --b=2')
  const [first] = (await home.json<KeysDescription>('keys status')).dataKeys
  const id = first?.id ?? ''
  assert.match(
    (await home.ok('keys rotate')).stderr,
    new RegExp(`2 values still under key ${id}; next: sotto keys rewrap`),
  )
  const refused = await home.run(['keys', 'retire', id])
  assert.equal(refused.code, 6)
  assert.match(refused.stderr, new RegExp(`2 values still under key ${id}\nnext: sotto keys rewrap`))
  assert.match((await home.ok('keys rewrap')).stderr, /2 values sealed anew\n0 values still under key/)
  assert.match((await home.ok('keys status')).stderr, new RegExp(`next: sotto keys retire ${id}`))
  assert.match((await home.ok(`keys retire ${id}`)).stderr, /a day from now: sotto keys destroy/)
  const early = await home.run(['keys', 'destroy', id, '--yes'])
  assert.equal(early.code, 6)
  assert.match(early.stderr, /less than a day ago/)
  assert.equal((await home.run(['keys', 'destroy', id])).code, 2, 'nobody can answer')
  assert.equal((await home.run(['keys', 'destroy', 'nothing', '--yes'])).code, 3)
  assert.equal((await home.ok('secret get s a')).stdout, '1')
})

test('the recovery code opens a store whose root key is lost, and makes it a new one', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  assert.match((await home.ok('doctor')).stdout, /note +recovery code +none/)
  const { stdout: code } = await home.ok('keys recovery')
  assert.match(code, codeForm)
  assert.equal((await home.run(['keys', 'recovery'])).code, 2, 'it is not replaced unasked')
  assert.match((await home.ok('doctor')).stdout, /ok +recovery code/)
  rmSync(keyPath(home))
  const lost = await home.run(['secret', 'get', 's', 'a'])
  assert.equal(lost.code, 1)
  const file = privateFile(home, 'code', code.toLowerCase())
  const found = await home.run(['keys', 'change-root', '--recovery-code', `@${file}`, '--yes'])
  assert.equal(found.code, 0, found.stderr)
  assert.match(found.stdout, codeForm)
  assert.notEqual(found.stdout, code)
  assert.equal((await home.ok('secret get s a')).stdout, '1')
  const again = await home.run(['secret', 'get', 's', 'a'], { env: { SOTTO_RECOVERY_CODE: code } })
  assert.equal(again.code, 1, 'the old code opens nothing')
  assert.match(again.stderr, /recovery code from SOTTO_RECOVERY_CODE does not open this store/)
  assert.doesNotMatch(again.stderr, new RegExp(code.slice(0, 5)))
  const whole = await home.run(['secret', 'get', 's', 'a'], { env: { SOTTO_RECOVERY_CODE: found.stdout } })
  assert.equal(whole.stdout, '1', 'the new one opens it for any command')
})

test('a typed recovery code shows nowhere', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const { stdout: code } = await home.ok('keys recovery')
  rmSync(keyPath(home))
  const ran = await home.run(['keys', 'change-root', '--recovery'], { terminal: true, stdin: `${code.trim()}\ry\r` })
  assert.equal(ran.code, 0, ran.stderr)
  assert.ok(!ran.stderr.includes(code.trim()))
  assert.equal((await home.ok('secret get s a')).stdout, '1')
})

test('from a file to a passphrase, to a variable, and back', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const file = privateFile(home, 'phrase', 'correct horse battery staple\n')
  const short = privateFile(home, 'short', 'horse')
  assert.equal((await home.run(['keys', 'change-root', '--to', 'passphrase', `--passphrase=@${short}`, '-y'])).code, 2)
  await home.ok(`keys change-root --to passphrase --passphrase=@${file} --yes`)
  assert.equal(existsSync(keyPath(home)), false, 'the key that opens nothing is gone')
  const without = await home.run(['secret', 'get', 's', 'a'])
  assert.equal(without.code, 1)
  assert.match(without.stderr, /opens with a passphrase/)
  const env = { SOTTO_PASSPHRASE_FILE: file }
  assert.equal((await home.run(['secret', 'get', 's', 'a'], { env })).stdout, '1')
  const typed = await home.run(['secret', 'get', 's', 'a'], { terminal: true, stdin: 'correct horse battery staple\r' })
  assert.match(typed.stdout, /^1/)
  const wrong = await home.run(['secret', 'get', 's', 'a'], { env: { SOTTO_PASSPHRASE: 'correct horse battery' } })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /passphrase from SOTTO_PASSPHRASE does not open/)

  const key = privateFile(home, 'new.key', `${'5a'.repeat(32)}\n`)
  const toEnv = ['keys', 'change-root', '--to', 'env', '--yes']
  assert.equal((await home.run(toEnv, { env })).code, 2, 'a key that nobody has would be lost')
  assert.equal((await home.run([...toEnv, `--root-key=@${key}`], { env })).code, 0)
  const variable = { SOTTO_ROOT_KEY: '5a'.repeat(32) }
  assert.equal((await home.run(['secret', 'get', 's', 'a'], { env: variable })).stdout, '1')
  const back = await home.run(['keys', 'change-root', '--to', 'file', '-y', '--json'], { env: variable })
  const { rootKeyFile } = JSON.parse(back.stdout) as ChangedRootKey // what is not so fails below
  assert.equal(rootKeyFile, keyPath(home))
  assert.match(back.stderr, /SOTTO_ROOT_KEY is set/)
  assert.equal((await home.ok('secret get s a')).stdout, '1')
})

test('a key on the command line is refused, and not repeated', async () => {
  using home = new TestHome()
  await home.ok('secret create s --a=1')
  const ran = await home.run(['keys', 'change-root', '--to', 'env', `--root-key=${'ab'.repeat(32)}`, '-y'])
  assert.equal(ran.code, 2)
  assert.doesNotMatch(ran.stdout + ran.stderr, /abab/)
})

test('a key file that a variable names is kept aside', async () => {
  using home = new TestHome()
  const key = privateFile(home, 'shared.key', `${'5a'.repeat(32)}\n`)
  const env = { SOTTO_ROOT_KEY_FILE: key }
  await home.run(['secret', 'create', 's', '--a=1'], { env })
  const ran = await home.run(['keys', 'change-root', '--yes', '--json'], { env })
  const { formerKeyFile = '' } = JSON.parse(ran.stdout) as ChangedRootKey // what is not so fails below
  assert.equal(readFileSync(formerKeyFile, 'utf8'), `${'5a'.repeat(32)}\n`)
  assert.equal((await home.run(['secret', 'get', 's', 'a'], { env })).stdout, '1')
})

test('after a compromise every value is sealed anew, and what to change is listed', async () => {
  using home = new TestHome()
  await home.ok('secret create crm --user=u --password=p')
  const ran = await home.ok('keys change-root --compromised --yes')
  assert.match(ran.stdout, /SECRET +SCOPE +KEYS +REFERENCES\ncrm +user +password, user +0\n/)
  assert.match(ran.stderr, /2 values sealed anew/)
  assert.match(ran.stderr, /retired data key/)
  assert.equal((await home.ok('secret get crm password')).stdout, 'p')
  assert.match((await home.ok('audit verify')).stdout, /consistent/)
})
