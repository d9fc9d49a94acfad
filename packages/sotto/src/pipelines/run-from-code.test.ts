// `if (import.meta.main) await churn.run(…)`: the file itself is the program, in a project that has sotto installed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeTestProject, PASSWORD } from '../../../../test/support/pipeline-project.ts'
import type { TestProject } from '../../../../test/support/pipeline-project.ts'

let project: TestProject
before(async () => {
  project = await makeTestProject()
  mkdirSync(join(project.folder, 'node_modules'))
  symlinkSync(join(import.meta.dirname, '../..'), join(project.folder, 'node_modules/sotto'))
  project.write('package.json', '{"type": "module"}')
  project.write(
    'main.ts',
    `import { pipeline, secret, step } from 'sotto/pipelines'
import type { Params } from 'sotto/pipelines'
import { writeFileSync } from 'node:fs'
const greet = step('greet', { secrets: { crm: secret('crm', 'password') } }, ({ name }: { name: string }, { secrets }) => {
  console.log('hello', name, secrets.crm.password.reveal())
  return name.length
})
const hang = step('hang', async ({ file }: { file: string }) => {
  writeFileSync(file, String(process.pid))
  await new Promise((resolve) => setTimeout(resolve, 30000))
})
export const hello = pipeline('hello', ({ name }: Params<{ name: string }>) => greet({ name }))
export const hanging = pipeline('hanging', ({ file }: Params<{ file: string }>) => hang({ file }))
if (import.meta.main) {
  const file = process.argv[2]
  if (file === undefined) console.log(JSON.stringify((await hello.run({ name: 'world' }, { stack: 'default' })).result))
  else await hanging.run({ file })
}
`,
  )
})
after(async () => {
  await project.close()
})

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
}

function start(...args: readonly string[]): Started {
  const child = spawn(
    process.execPath,
    ['--conditions=sotto-source', '--disable-warning=ExperimentalWarning', 'main.ts', ...args],
    { cwd: project.folder, env: project.env },
  )
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  return {
    child,
    ended: new Promise((resolve) => {
      child.once('close', (code) => {
        resolve({ code, out, err })
      })
    }),
  }
}

async function pidIn(file: string): Promise<number> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '')
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  return Number(readFileSync(file, 'utf8'))
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
  return false
}

test('a run from code prints progress on standard error, masked, and returns the result', async () => {
  const { code, out, err } = await start().ended
  assert.equal(err.includes(PASSWORD), false)
  assert.match(err, /greet \| hello world \*\*\*\n/)
  assert.match(err, /run completed in/)
  assert.deepEqual([code, out], [0, '5\n'])
})

test('Ctrl-C cancels the run and its steps', async () => {
  const file = join(project.folder, 'interrupted.pid')
  const { child, ended } = start(file)
  const pid = await pidIn(file)
  child.kill('SIGINT')
  const { code, err } = await ended
  assert.notEqual(code, 0)
  assert.match(err, /the run was cancelled/)
  assert.ok(await gone(pid))
  const { items } = await project.api.listRuns({ pipeline: 'hanging' })
  assert.equal(items[0]?.state, 'cancelled')
})

test('a step ends when its supervisor is killed', async () => {
  const file = join(project.folder, 'orphan.pid')
  const { child, ended } = start(file)
  const pid = await pidIn(file)
  child.kill('SIGKILL')
  await ended
  assert.ok(await gone(pid))
})
