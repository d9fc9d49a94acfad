/** `sotto exec` through real processes: in pipes and in a terminal. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { requirePart } from '../../../../../test/support/parts.ts'
import { emptyHome } from '../../../../../test/support/sotto.ts'
import type { Home, Outcome } from '../../../../../test/support/sotto.ts'
import { Terminal } from '../../../../../test/support/terminal.ts'

async function homeWithSecret(): Promise<Home> {
  const home = await emptyHome()
  assert.equal(
    (await home.shell('sotto secret create db --user=app-user --password=rosebud-7731 --plain user')).status,
    0,
  )
  return home
}

async function exec(home: Home, line: string): Promise<Outcome> {
  const outcome = await home.shell(`sotto exec ${line}`)
  assert.doesNotMatch(outcome.stdout + outcome.stderr, /rosebud/)
  return outcome
}

test('each key of a secret is a variable; output is masked, the exit code passed on', async () => {
  await using home = await homeWithSecret()
  const { status, stdout, stderr } = await exec(
    home,
    `--secret db -- sh -c 'test "$DB_PASSWORD" = rosebud-7731 && echo "$DB_USER $DB_PASSWORD"; echo "$DB_PASSWORD" >&2; exit 3'`,
  )
  assert.equal(status, 3)
  assert.equal(stdout, 'app-user ***\n')
  assert.equal(stderr, '***\n')
})

test('the nearer door of a variable wins: --env, --env-file, the project file, --secret', async () => {
  await using home = await homeWithSecret()
  writeFileSync(
    join(home.work, 'sotto.yaml'),
    'exec:\n  env:\n    A: project\n    B: "{{db.user}}"\n    C: project\n    DB_USER: project\n',
  )
  writeFileSync(join(home.work, 'x.env'), 'C="file {{db.user}}" # comment\nA=file\n')
  const { stdout } = await exec(
    home,
    `--secret db --env A=option --env-file x.env -- sh -c 'echo "$A, $B, $C, $DB_USER"'`,
  )
  assert.equal(stdout, 'option, app-user, file app-user, project\n')
})

test('everything that cannot be resolved is told at once, with 7, and the program is not started', async () => {
  await using home = await homeWithSecret()
  const { status, stdout, stderr } = await exec(home, `--secret nope --env A={{db.pasword}} -- echo started`)
  assert.equal(status, 7)
  assert.equal(stdout, '')
  assert.match(stderr, /^error: the command has 2 references that cannot be resolved$/m)
  assert.match(stderr, /exec {2}A {2}\{\{db\.pasword\}\} {2}key missing/)
  assert.match(stderr, /nope {2}secret missing/)
})

test('input that makes no sense is refused without showing a value', async () => {
  await using home = await homeWithSecret()
  writeFileSync(join(home.work, 'bad.env'), 'A=1\nrosebud\n')
  await home.shell('sotto secret create ld --preload=rosebud-7731; sotto secret create node --options=--rosebud-7731')
  const refused: readonly (readonly [line: string, status: number, message: RegExp])[] = [
    ['', 2, /there is no command to run/],
    ['--env rosebud -- true', 2, /--env names no variable/],
    ['--env A=1 --env A=2 -- true', 2, /--env A is given twice/],
    ['--env 2A=rosebud -- true', 2, /"2A" cannot be the name of a variable/],
    [`--env 'A={{rosebud' -- true`, 2, /variable A: reference at line 1, column 1 is not closed/],
    ['--env-file bad.env -- true', 2, /file "bad\.env" cannot be read: line 2: not NAME=VALUE/],
    ['--env-file nope.env -- true', 2, /file "nope\.env" does not exist/],
    ['-- ./nope', 127, /the program "\.\/nope" was not found/],
    ['-- nope-nowhere', 127, /the program "nope-nowhere" was not found/],
    ['-- ./bad.env', 126, /the program "\.\/bad\.env" may not be executed/],
    ['-- .', 126, /the program "\." may not be executed/],
    ['--secret ld -- true', 2, /ld\.preload would be LD_PRELOAD, which steers programs/],
    [`--secret node --env 'NODE_OPTIONS={{node.options}}' --secret ld -- true`, 2, /LD_PRELOAD/],
  ]
  for (const [line, status, message] of refused) {
    const outcome = await exec(home, line)
    assert.equal(outcome.status, status, `${line}\n${outcome.stderr}`)
    assert.match(outcome.stderr, message)
  }
})

test('a variable that steers programs comes from the command line alone', async () => {
  await using home = await homeWithSecret()
  await home.shell('sotto secret create node --options=--title=rosebud-7731; sotto secret create sotto --home=/rosebud')
  const shows = `sh -c 'echo "\${NODE_OPTIONS-none}"'`
  const refused = await exec(home, `--secret node -- ${shows}`)
  assert.deepEqual([refused.status, refused.stdout], [2, ''])
  assert.match(refused.stderr, /^next: .*--env NODE_OPTIONS='\{\{node\.options\}\}'/m)
  assert.match((await exec(home, `--secret sotto -- true`)).stderr, /SOTTO_HOME, which steers/)
  const meant = await exec(home, `--secret node --env 'NODE_OPTIONS={{node.options}}' -- ${shows}`)
  assert.deepEqual([meant.status, meant.stdout], [0, '***\n'])

  writeFileSync(join(home.work, 'sotto.yaml'), 'exec:\n  env:\n    PATH: ./evil\n')
  const project = await exec(home, `-- ${shows}`)
  assert.equal(project.status, 2)
  assert.match(project.stderr, /sotto\.yaml" sets PATH, which steers programs/)
  writeFileSync(join(home.work, 'x.env'), `PATH=${String(process.env['PATH'])}\n`)
  assert.equal((await exec(home, `--env-file x.env -- ${shows}`)).stdout, 'none\n')
})

test('signals reach the program, standard input too, and what opens the store does not', async () => {
  await using home = await homeWithSecret()
  const { stdout } = await exec(
    home,
    `-- sh -c 'trap "echo got it; exit 4" TERM; echo $$ > pid; sleep 10 & wait' & while ! test -s pid; do sleep 0.05; done; kill -TERM $!; wait $!; echo $?`,
  )
  assert.equal(stdout, 'got it\n4\n')
  assert.equal((await exec(home, `-- sh -c 'kill -9 $$'`)).status, 137)
  assert.equal(
    (await home.shell('sotto exec --secret db -- cat', { input: 'from rosebud-7731 here' })).stdout,
    'from *** here',
  )
  assert.equal((await home.shell(`SOTTO_TOKEN=x sotto exec -- sh -c 'echo "\${SOTTO_TOKEN-none}"'`)).stdout, 'none\n')
})

test('on a terminal the program has a terminal of its own, and its output is masked there too', async (t) => {
  if (!requirePart(t, 'pty')) return
  await using home = await homeWithSecret()
  const terminal = await Terminal.open(
    'sotto',
    [
      'exec',
      '--secret',
      'db',
      '--',
      'sh',
      '-c',
      'test -t 0 && test -t 1 && printf "name: "; read name; echo "hello $name $DB_PASSWORD"; exit 5',
    ],
    { cwd: home.work, env: home.env },
  )
  await terminal.expect(/name: /)
  terminal.type('ada')
  await terminal.expect(/hello ada \*\*\*/)
  assert.equal(await terminal.ended(), 5)
  assert.doesNotMatch(terminal.output, /rosebud/)
  const sleeping = await Terminal.open('sotto', ['exec', '--', 'sh', '-c', 'echo ready; sleep 20'], {
    cwd: home.work,
    env: home.env,
  })
  await sleeping.expect(/ready/)
  sleeping.press('\u0003')
  assert.equal(await sleeping.ended(), 130)
})
