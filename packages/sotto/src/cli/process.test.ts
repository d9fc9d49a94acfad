/** The command line as a real process: pipes, closed streams, signals, and a terminal. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { requirePart } from '../../../../test/support/parts.ts'

const flags = [
  '--conditions=sotto-source',
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'main.ts'),
]

/** A folder with a program `sotto` that runs the sources, and a home for its store. */
class Place implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'sotto-process-'))
  readonly env: NodeJS.ProcessEnv

  constructor() {
    const program = join(this.folder, 'sotto')
    writeFileSync(
      program,
      `#!/bin/sh\nexec ${[process.execPath, ...flags].map((word) => `'${word}'`).join(' ')} "$@"\n`,
    )
    chmodSync(program, 0o755)
    this.env = {
      PATH: `${this.folder}:${process.env['PATH'] ?? ''}`,
      HOME: this.folder,
      SOTTO_HOME: join(this.folder, 'home'),
      TERM: 'xterm',
    }
  }

  shell(script: string, shell = 'bash'): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(shell, [...(shell === 'zsh' ? ['-f'] : []), '-c', script], {
      cwd: this.folder,
      env: this.env,
      encoding: 'utf8',
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const zshMissing = spawnSync('zsh', ['-c', 'true']).error !== undefined && 'zsh is not installed'

interface TypedRun {
  readonly code: number
  readonly screen: string
}

/** Runs in a pseudo-terminal; each answer is typed when its prompt has come. */
function inTerminal(
  place: Place,
  argv: readonly string[],
  answers: readonly (readonly [prompt: RegExp, typed: string])[],
  cols = 80,
): Promise<TypedRun> {
  return new Promise((resolve) => {
    const terminal = spawnTerminal(process.execPath, [...flags, ...argv], {
      cwd: place.folder,
      env: place.env,
      cols,
      rows: 24,
    })
    let screen = ''
    let from = 0
    const waiting = [...answers]
    terminal.onData((data) => {
      screen += data
      const found = waiting[0]?.[0].exec(screen.slice(from))
      if (found === undefined || found === null) return
      from += found.index + found[0].length
      terminal.write(waiting.shift()?.[1] ?? '')
    })
    terminal.onExit(({ exitCode, signal }) =>
      resolve({ code: signal === undefined || signal === 0 ? exitCode : 128 + signal, screen }),
    )
  })
}

test('the lines of the page work unquoted in sh, bash and zsh', () => {
  for (const shell of ['sh', 'bash', ...(zshMissing === false ? ['zsh'] : [])]) {
    using place = new Place()
    const ran = place.shell(
      `sotto secret create mlflow_secret \\
        --username=admin \\
        --password=abc123
      sotto experiment-tracker register mlflow \\
        --flavor=mlflow \\
        --tracking_username={{mlflow_secret.username}} \\
        --tracking_password={{mlflow_secret.password}}
      sotto experiment-tracker describe mlflow --json; sotto secret get mlflow_secret password`,
      shell,
    )
    assert.equal(ran.status, 0, ran.stderr)
    assert.match(ran.stdout, /"tracking_password": "\{\{mlflow_secret\.password\}\}"/)
    assert.ok(ran.stdout.endsWith('}\nabc123'))
  }
})

test('a reader that goes away ends the command quietly', () => {
  using place = new Place()
  const ran = place.shell('sotto help exit-codes | true; echo "${PIPESTATUS[0]}"')
  assert.equal(ran.stdout, '0\n')
  assert.equal(ran.stderr, '')
  // The pipe takes standard error as well; what Node would print of an unhandled error goes there too.
  assert.equal(place.shell('(sleep 0.3; sotto secret get nothing) 2>&1 | true; echo "${PIPESTATUS[0]}"').stdout, '3\n')
})

test('closed streams are no failure of their own', () => {
  using place = new Place()
  assert.equal(place.shell('sotto secret create s --a=1 <&-').status, 0)
  assert.equal(place.shell('sotto secret create s -i <&-').status, 2)
  assert.equal(place.shell('sotto secret create t --values=@- < /dev/null').status, 2)
  assert.equal(place.shell('sotto secret get s a 2>&-').stdout, '1')
})

test('a full disk is told', { skip: process.platform !== 'linux' && '/dev/full is of Linux' }, () => {
  using place = new Place()
  const ran = place.shell('sotto help names > /dev/full')
  assert.equal(ran.status, 1)
  assert.match(ran.stderr, /^error: .*ENOSPC/)
})

test('Ctrl-C while standard input is read ends as a signal does and writes nothing', async () => {
  using place = new Place()
  const child = spawn(process.execPath, [...flags, 'secret', 'create', 's', '--a=@-'], {
    cwd: place.folder,
    env: place.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)))
  setTimeout(() => child.kill('SIGINT'), 400)
  assert.equal(await ended, 'SIGINT')
  assert.equal(place.shell('sotto secret list --json').stdout, '{\n  "items": []\n}\n')
})

test('in a terminal -i asks, hides what is typed for values, and gives the terminal back', async () => {
  using place = new Place()
  const { code, screen } = await inTerminal(
    place,
    ['secret', 'create', 's', '-i'],
    [
      [/key: /, 'user\r'],
      [/value of user: /, 'hunter2\r'],
      [/key: /, 'pem\r'],
      [/value of pem: /, '\u001b[200~BEGIN\rEND\r\u001b[201~\r'],
      [/key: /, '\r'],
      [/Store user, pem\?/, 'y\r'],
    ],
    40,
  )
  assert.equal(code, 0, screen)
  assert.doesNotMatch(screen, /hunter2|BEGIN/)
  assert.match(screen, /created secret "s"/)
  assert.equal(place.shell('sotto secret get s user').stdout, 'hunter2')
  assert.equal(place.shell('sotto secret get s pem').stdout, 'BEGIN\nEND\n')
})

test('typing ahead of a hidden question does not show what was typed', async () => {
  using place = new Place()
  const { code, screen } = await inTerminal(place, ['secret', 'create', 's', '-i'], [[/key: /, 'user\rhunter2\r\r\r']])
  assert.equal(code, 0, screen)
  assert.doesNotMatch(screen, /hunter2/)
})

test('Ctrl-C and Ctrl-D at a prompt end with 130 and write nothing', async () => {
  for (const key of ['\u0003', '\u0004']) {
    using place = new Place()
    const { code } = await inTerminal(
      place,
      ['secret', 'create', 's', '-i'],
      [
        [/key: /, 'user\r'],
        [/value of user: /, 'hunter2\r'],
        [/key: /, key],
      ],
    )
    assert.equal(code, 130)
    assert.equal(place.shell('sotto secret list --json').stdout, '{\n  "items": []\n}\n')
  }
})

test('a delete asks in a terminal, and no is no', async () => {
  using place = new Place()
  place.shell('sotto secret create s --a=1')
  const { code } = await inTerminal(place, ['secret', 'delete', 's'], [[/Delete secret "s".*\[y\/N\] /, '\r']])
  assert.equal(code, 130)
  assert.equal(place.shell('sotto secret get s a').stdout, '1')
})

test('colour follows NO_COLOR, FORCE_COLOR, TERM and the terminal', async () => {
  using place = new Place()
  const coloured = (script: string): boolean => place.shell(script).stdout.includes('\u001b[')
  assert.equal(coloured('sotto stack list'), false)
  assert.equal(coloured('FORCE_COLOR=1 sotto stack list'), true)
  assert.equal(coloured('NO_COLOR=1 FORCE_COLOR=1 sotto stack list'), false)
  assert.match((await inTerminal(place, ['stack', 'list'], [])).screen, /\u001b\[1m/)
  place.env['TERM'] = 'dumb'
  assert.doesNotMatch((await inTerminal(place, ['stack', 'list'], [])).screen, /\u001b\[/)
})

test('completion works in bash', () => {
  using place = new Place()
  const ran = place.shell(`source <(sotto completion bash)
    sotto secret create mlflow_secret --username=a --password=b 2>/dev/null
    try() { COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _sotto 2>/dev/null; echo "\${COMPREPLY[*]}"; }
    try sotto sec; try sotto secret get mlf; try sotto secret get mlflow_secret ''; try sotto secret list --scope = w
    try sotto experiment-tracker register y --flavor = mlflow --tracking_uri = '{{mlflow_secret.u'`)
  assert.equal(ran.stdout, 'secret\nmlflow_secret\npassword username\nworkspace\n{{mlflow_secret.username}}\n')
})

test('completion works in zsh', (t) => {
  if (!requirePart(t, 'zsh')) return
  using place = new Place()
  const ran = place.shell(
    `compadd() { print -r -- "\${(j:,:)open}|\${(j:,:)closed}" }
    compdef() { : }
    source <(sotto completion zsh)
    sotto secret create mlflow_secret --username=a 2>/dev/null
    try() { words=("$@"); CURRENT=$#words; _sotto }
    try sotto secret get mlf; try sotto stack register x --experiment`,
    'zsh',
  )
  assert.equal(ran.stdout, '|mlflow_secret\n--experiment-tracker=|\n')
})

test('completion works in fish', (t) => {
  if (!requirePart(t, 'fish')) return
  using place = new Place()
  writeFileSync(
    join(place.folder, 'try.fish'),
    `sotto completion fish | source
sotto secret create mlflow_secret --username=a --password=b 2>/dev/null
complete -C 'sotto sec' | string split -f 1 \\t
complete -C 'sotto secret get mlf' | string split -f 1 \\t
complete -C 'sotto secret get mlflow_secret '
complete -C 'sotto secret list --scope=w'
complete -C 'sotto experiment-tracker register y --flavor=mlflow --tracking_uri={{mlflow_secret.u'
`,
  )
  const { stdout, stderr } = place.shell('fish --no-config try.fish')
  const offered = ['secret', 'mlflow_secret', 'password', 'username', '--scope=workspace']
  assert.deepEqual(stdout.split('\n'), [...offered, '--tracking_uri={{mlflow_secret.username}}', ''], stderr)
})

test('completion never reveals: nothing is audited as read', () => {
  using place = new Place()
  const ran = place.shell(`sotto secret create s --a=1 2>/dev/null
    sotto __complete -- secret get s ''; sotto __complete -- nothing ''
    sotto audit list --what resolveSecrets --json`)
  assert.equal(ran.stdout, 'a\n{\n  "items": []\n}\n')
  assert.equal(ran.stderr, '')
})

test('the files that the program makes are for its user alone', () => {
  using place = new Place()
  place.shell('umask 000; sotto secret create s --a=1; sotto secret export s --file out')
  assert.equal(readFileSync(join(place.folder, 'out'), 'utf8'), 'a=1\n')
  assert.equal(place.shell('find . -type f -perm /077 ! -name sotto').stdout, '')
})

test('an error that nobody awaits is told like any other, without its message', () => {
  using place = new Place()
  writeFileSync(
    join(place.folder, 'late.ts'),
    `import { pipeline, step } from 'sotto/pipelines'
const waits = step('waits', async () => { await new Promise((resolve) => setTimeout(resolve, 5000)) })
export const late = pipeline('late', () => waits())
if (process.argv.includes('start')) setTimeout(() => JSON.parse('hunter2 is no JSON'), 1000)
`,
  )
  const { status, stderr } = place.shell('sotto run start late.ts')
  assert.equal(status, 1, stderr)
  assert.match(stderr, /^error: something went wrong inside Sotto \(SyntaxError\)$/m)
  assert.ok(!stderr.includes('hunter2') && !/^\s+at /m.test(stderr), stderr)
  const debug = place.shell('sotto run start late.ts --debug')
  assert.match(debug.stderr, /^\s+at .*late\.ts:4/m)
  assert.ok(!debug.stderr.includes('hunter2'))
})
