/**
 * Every shell line of the page that Sotto implements, typed into a real shell: `zenml` read as `sotto`, each `<…>`
 * replaced by a sample, its `...` dropped. Each line runs in sh, bash and zsh.
 */
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { requirePart } from '../support/parts.ts'
import { emptyHome } from '../support/sotto.ts'
import type { Home } from '../support/sotto.ts'
import { Terminal } from '../support/terminal.ts'

const shells = ['sh', 'bash', 'zsh'] as const
type Shell = (typeof shells)[number]

/** A line that must succeed; gives what it printed on standard output. */
async function succeed(home: Home, shell: Shell, line: string): Promise<string> {
  const { status, stdout, stderr } = await home.shell(line, { shell })
  assert.equal(status, 0, `${line}\n${stdout}${stderr}`)
  return stdout
}

async function valueOf(home: Home, secret: string, key: string): Promise<string> {
  return await succeed(home, 'sh', `sotto secret get ${secret} ${key}`)
}

for (const shell of shells) {
  test(`in ${shell}: a secret is created from key-value pairs`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    await succeed(home, shell, 'sotto secret create my_secret \\\n    --key1=value1 \\\n    --key2=value2')
    assert.equal(await valueOf(home, 'my_secret', 'key1'), 'value1')
    assert.equal(await valueOf(home, 'my_secret', 'key2'), 'value2')
  })

  test(`in ${shell}: a secret is created from --values as JSON and as YAML`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    await succeed(home, shell, `sotto secret create my_secret \\\n    --values='{"key1":"value2","key2":"value2"}'`)
    assert.equal(await valueOf(home, 'my_secret', 'key1'), 'value2')
    await succeed(home, shell, `sotto secret create yaml_secret \\\n    --values='key1: value1\nkey2: 00123'`)
    assert.equal(await valueOf(home, 'yaml_secret', 'key2'), '00123')
  })

  test(`in ${shell}: values come from files`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    await mkdir(path.join(home.work, 'path/to'), { recursive: true })
    await writeFile(path.join(home.work, 'path/to/file.txt'), 'a: "b"')
    await succeed(home, shell, 'sotto secret create by_key \\\n   --key=@path/to/file.txt')
    assert.equal(await valueOf(home, 'by_key', 'key'), 'a: "b"')
    await succeed(home, shell, 'sotto secret create by_values \\\n    --values=@path/to/file.txt')
    assert.equal(await valueOf(home, 'by_values', 'a'), 'b')
  })

  test(`in ${shell}: a secret is scoped to its user or to the workspace, each a namespace of its own`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    await succeed(
      home,
      shell,
      'sotto secret create my_secret \\\n    --scope user \\\n    --key1=mine \\\n    --key2=value2',
    )
    await succeed(home, shell, 'sotto secret create my_secret --scope workspace --key1=ours')
    assert.equal(await valueOf(home, 'my_secret', 'key1'), 'mine')
    assert.equal(await succeed(home, shell, 'sotto secret get my_secret key1 --scope workspace'), 'ours')
  })

  test(`in ${shell}: a component refers to a secret without quotes, also before the secret exists`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    const register =
      'sotto experiment-tracker register NAME \\\n    --flavor=mlflow \\\n    --tracking_username={{mlflow_secret.username}} \\\n    --tracking_password={{mlflow_secret.password}}'
    await succeed(home, shell, register.replace('NAME', 'before'))
    await succeed(home, shell, 'sotto secret create mlflow_secret \\\n    --username=admin \\\n    --password=abc123')
    await succeed(home, shell, register.replace('NAME', 'mlflow'))
    const component: unknown = JSON.parse(
      await succeed(home, shell, 'sotto experiment-tracker describe mlflow -o json'),
    )
    assert.partialDeepStrictEqual(component, {
      flavor: 'mlflow',
      attributes: { tracking_username: '{{mlflow_secret.username}}', tracking_password: '{{mlflow_secret.password}}' },
    })
  })

  test(`in ${shell}: the level of validation comes from the environment, by both names`, async (t) => {
    if (!requirePart(t, shell)) return
    await using home = await emptyHome()
    await succeed(
      home,
      shell,
      'sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=http://127.0.0.1:1 --tracking_password={{mlflow_secret.password}}',
    )
    await succeed(home, shell, 'sotto stack register tracked --from default --experiment-tracker=mlflow')
    for (const variable of ['ZENML_SECRET_VALIDATION_LEVEL', 'SOTTO_SECRET_VALIDATION_LEVEL']) {
      const status = async (level: string): Promise<number> =>
        (await home.shell(`${variable}=${level} sotto stack check tracked`, { shell })).status
      assert.equal(await status('NONE'), 0)
      assert.equal(await status('SECRET_EXISTS'), 7)
      assert.equal(await status('SECRET_AND_KEY_EXISTS'), 7)
      assert.equal(await status('SECRETS_EXIST'), 2)
    }
    await succeed(home, shell, 'sotto secret create mlflow_secret --username=admin')
    assert.equal(
      (await home.shell('SOTTO_SECRET_VALIDATION_LEVEL=SECRET_EXISTS sotto stack check tracked', { shell })).status,
      0,
    )
    assert.equal((await home.shell('sotto stack check tracked', { shell })).status, 7)
  })

  test(`in ${shell}: the interactive line asks for keys and values and hides the values`, async (t) => {
    if (!requirePart(t, shell) || !requirePart(t, 'pty')) return
    await using home = await emptyHome()
    using terminal = await Terminal.open(shell, ['-c', 'sotto secret create my_secret -i'], {
      cwd: home.work,
      env: home.env,
    })
    await terminal.expect(/key/i)
    terminal.type('username')
    await terminal.expect(/value/i)
    terminal.type('admin-hidden')
    await terminal.expect(/key/i)
    terminal.type('')
    await terminal.expect(/Store username\?/)
    terminal.type('')
    assert.equal(await terminal.ended(), 0, terminal.text)
    assert.doesNotMatch(terminal.text, /admin-hidden/)
    assert.equal(await valueOf(home, 'my_secret', 'username'), 'admin-hidden')
  })

  test(`in ${shell}: register-secrets asks for what the stack's references miss`, async (t) => {
    if (!requirePart(t, shell) || !requirePart(t, 'pty')) return
    await using home = await emptyHome()
    await succeed(
      home,
      shell,
      'sotto experiment-tracker register mlflow --flavor=mlflow --tracking_uri=http://127.0.0.1:1 --tracking_username={{mlflow_secret.username}} --tracking_password={{mlflow_secret.password}}',
    )
    await succeed(home, shell, 'sotto stack register tracked --from default --experiment-tracker=mlflow')
    await succeed(home, shell, 'sotto stack set tracked')
    using terminal = await Terminal.open(shell, ['-c', 'sotto stack register-secrets'], {
      cwd: home.work,
      env: home.env,
    })
    await terminal.expect(/scope/i)
    terminal.press('\r')
    await terminal.expect(/mlflow_secret/)
    await terminal.expect(/password/)
    terminal.type('abc123-hidden')
    await terminal.expect(/username/)
    terminal.type('admin')
    assert.equal(await terminal.ended(), 0, terminal.text)
    assert.doesNotMatch(terminal.text, /abc123-hidden/)
    assert.equal(await valueOf(home, 'mlflow_secret', 'password'), 'abc123-hidden')
    await succeed(home, shell, 'sotto stack register-secrets tracked')
    await succeed(home, shell, 'sotto stack check tracked')
  })
}
