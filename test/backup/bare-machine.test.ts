/**
 * Goal: an empty machine with nothing but a backup and the recovery code has the whole store again. Method: the real program
 * in two homes; the second one gets two files and nothing else.
 */
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'

async function ok(home: Home, line: string): Promise<string> {
  const { status, stdout, stderr } = await home.shell(line)
  assert.equal(status, 0, `${line}: ${stderr}`)
  return stdout
}

/** Everything that a person could tell apart, without times. */
async function picture(home: Home): Promise<string> {
  const lines = [
    'sotto secret list --json | grep -v updatedAt',
    'sotto secret export crm -o json',
    'sotto secret get crm password --version 1',
    'sotto secret get binary bytes | od -An -tx1',
    'sotto secret list --deleted --json',
    'sotto experiment-tracker describe mlflow --json',
    'sotto stack describe prod --json',
    'sotto run list --json',
  ]
  return (await Promise.all(lines.map((line) => ok(home, line)))).join('\n')
}

async function fill(home: Home): Promise<void> {
  writeFileSync(path.join(home.work, 'bytes'), Buffer.from([0, 255, 10, 13, 0]))
  await ok(home, 'sotto secret create crm --password=first --user=me --plain user --label team=data')
  await ok(home, 'sotto secret update crm --password=\'{{ a.b }} "x" 00123\'')
  await ok(home, 'sotto secret create binary --scope workspace --bytes=@base64:bytes')
  await ok(home, 'sotto secret create gone --key=1 && sotto secret delete gone --yes')
  await ok(
    home,
    'sotto experiment-tracker register mlflow --flavor=mlflow --tracking_password={{crm.password}} --tracking_uri=http://localhost:5000',
  )
  await ok(home, 'sotto stack register prod --from default --experiment-tracker=mlflow && sotto stack set prod')
}

test('an empty machine with a backup and the recovery code has the whole store again', async () => {
  await using home = await emptyHome()
  await using bare = await emptyHome()
  await fill(home)
  await ok(home, 'sotto keys recovery > code.txt')
  await ok(home, 'sotto backup create b.stb')
  const fingerprint = /"fingerprint": "([0-9a-f]{64})"/.exec(await ok(home, 'sotto audit verify --json'))?.[1] ?? ''
  const before = await picture(home)
  for (const name of ['b.stb', 'code.txt']) copyFileSync(path.join(home.work, name), path.join(bare.work, name))

  const without = await bare.shell('sotto backup restore b.stb --yes')
  assert.notEqual(without.status, 0)
  assert.match(without.stderr, /opens with root key [0-9a-f]{16} \(primary, file\) or [0-9a-f]{16} \(recovery, code\)/)
  const wrong = await bare.shell(
    'SOTTO_RECOVERY_CODE=00000-00000-00000-00000-00000-00000-00000 sotto backup restore b.stb --yes',
  )
  assert.notEqual(wrong.status, 0)
  const folder = bare.env['SOTTO_HOME'] ?? ''
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], [], 'nothing was made')

  const code = 'SOTTO_RECOVERY_CODE="$(cat code.txt)"'
  await ok(bare, `${code} sotto backup verify b.stb --deep`)
  await ok(bare, `${code} sotto backup restore b.stb --yes`)
  const locked = await bare.shell('sotto secret get crm password')
  assert.notEqual(locked.status, 0, 'without the code there is no root key yet')
  assert.match(locked.stderr, /root key/)
  await ok(bare, 'sotto keys change-root --recovery --recovery-code=@code.txt --to file --yes > code2.txt')

  assert.equal(await picture(bare), before)
  assert.match(await ok(bare, `sotto audit verify --fingerprint ${fingerprint}`), /authenticated/)
  assert.equal(statSync(path.join(folder, 'root.key')).mode & 0o777, 0o600)
  assert.match(await ok(bare, 'sotto doctor'), /recovery code +there is one/)
  // It is a store like any other: it is written, and backed up, and its new code opens it.
  await ok(
    bare,
    'sotto secret update crm --password=later && sotto backup create c.stb && sotto backup verify c.stb --deep',
  )
  const old = await bare.shell(`${code} sotto secret get crm password`)
  assert.notEqual(old.status, 0, 'the code that was used is replaced')
  assert.equal((await ok(bare, 'SOTTO_RECOVERY_CODE="$(cat code2.txt)" sotto secret get crm password')).trim(), 'later')
})
