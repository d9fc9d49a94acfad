/** Names that are not allowed, not there, or nearly right. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyHome } from '../support/sotto.ts'
import { assertIntact, assertRefused, PLANTED, keptThings } from './refusal.ts'

test('a name outside the rule makes nothing, whoever asks for it', async () => {
  await using home = await emptyHome()
  const names: readonly (readonly [string, RegExp])[] = [
    ['123e4567-e89b-12d3-a456-426614174000', /is shaped like an id/],
    ['a b', /"a b" is not allowed/],
    ['', /"" is not allowed/],
    ['n'.repeat(129), /is not allowed: 1 to 128/],
    ['\u0455ecret', /is not allowed/],
    ['s\u00e9cret', /is not allowed/],
    ['a.b', /"a.b" is not allowed/],
    ['../x', /is not allowed/],
    ['{{a.b}}', /is not allowed/],
    ['a\u001b[31mb', /"a\\u001b\[31mb" is not allowed/],
    ['a\nb', /"a\\nb" is not allowed/],
  ]
  for (const [name, says] of names) {
    const env = { NAME: name }
    await assertRefused(home, { line: `sotto secret create "$NAME" --a=${PLANTED}`, status: 2, says, env })
  }
  const [name = '', says = /x/] = names[0] ?? []
  await assertRefused(home, { line: `sotto stack register ${name} --from default`, status: 2, says })
  await assertRefused(home, { line: `sotto experiment-tracker register ${name} --flavor=mlflow`, status: 2, says })
  for (const key of ['a b', '1a', '\u00e9', '{{x}}', '.', '-', 'k'.repeat(129)])
    await assertRefused(home, {
      line: `sotto secret create keys '--${key}=${PLANTED}'`,
      status: 2,
      says: /^error: key ".+" is not allowed/,
    })
  assert.deepEqual(await assertIntact(home), [])
})

test('a name that only begins another never stands for it', async () => {
  await using home = await emptyHome()
  await home.shell(`sotto secret create production --password=${PLANTED}`)
  await home.shell('sotto stack register production --from default')
  const before = await keptThings(home)
  const lines = [
    'get prod',
    'get prod password',
    'get PRODUCTION password',
    'describe prod',
    'history prod',
    'export prod',
    'update prod --password=x',
    'rename prod other',
    'delete prod --yes',
  ]
  for (const line of lines)
    await assertRefused(home, { line: `sotto secret ${line}`, status: 3, says: /there is no secret "/ })
  await assertRefused(home, { line: 'sotto secret get production pass', status: 3, says: /has no key "pass"/ })
  for (const line of ['check prod', 'delete prod --yes', 'set prod', 'register-secrets prod'])
    await assertRefused(home, { line: `sotto stack ${line}`, status: 3, says: /there is no stack "prod"/ })
  assert.equal((await home.shell('sotto secret list --name prod -o json')).stdout.includes('production'), false)
  assert.equal((await home.shell('sotto secret list --name "prod*" -o json')).stdout.includes('production'), true)
  assert.equal(await keptThings(home), before)
})

test('what is nearly right is answered with what is right', async () => {
  await using home = await emptyHome()
  await home.shell('sotto experiment-tracker register mlflow --flavor=mlflow')
  const before = await keptThings(home)
  const tracker = 'sotto experiment-tracker register other'
  const refusals: readonly (readonly [string, number, RegExp])[] = [
    ['sotto secert list', 2, /no command "secert"\nnext: sotto secret$/m],
    ['sotto secret lst', 2, /no command "lst"\nnext: sotto secret list/],
    ['sotto secret list --nmae x', 2, /"--nmae"\nnext: did you mean --name\?/],
    ['sotto secret get x y --revael', 2, /did you mean --reveal\?/],
    ['sotto secret get x -o yml', 2, /no output "yml"\nnext: -o table/],
    ['sotto secret list --limit=-1', 2, /a whole number from 1/],
    ['sotto secret list --created-after yesterday', 2, /is no time/],
    [`${tracker} --flavor=mlflw --tracking_password=${PLANTED}`, 3, /no flavor "mlflw"; did you mean "mlflow"\?/],
    [`${tracker} --flavor=mlflow --tracking_pasword=${PLANTED}`, 2, /did you mean "tracking_password"\?/],
    [`${tracker} --tracking_password=${PLANTED}`, 2, /--flavor is missing/],
    [`sotto experiment-trackr register x --flavor=mlflow`, 2, /next: sotto experiment-tracker/],
    ['sotto stack register s --from defalt', 3, /no stack "defalt"; did you mean "default"\?/],
    ['sotto stack register s --experiment-trackr=mlflow', 2, /did you mean --experiment-tracker\?/],
    ['sotto stack register s --experiment-tracker=mlflo', 3, /did you mean "mlflow"\?/],
    ['sotto stack check --level SECRET_EXIST', 2, /"SECRET_EXIST" from --level is not known\nnext: use SECRET_EXISTS/],
    ['SOTTO_SECRET_VALIDATION_LEVEL=NON sotto stack check', 2, /from SOTTO_SECRET_VALIDATION_LEVEL/],
    ['SOTTO_STACK=nope sotto stack check', 3, /there is no stack "nope"/],
    ['sotto stack check nope', 3, /there is no stack "nope"\nnext: sotto stack list/],
    ['sotto run show nope', 3, /there is no run "nope"\nnext: sotto run list/],
    ['sotto help nope', 2, /no help on "nope"/],
  ]
  for (const [line, status, says] of refusals) await assertRefused(home, { line, status, says })
  assert.equal(await keptThings(home), before)
})

test('a reference that does not parse is told by its place, and one that the shell has split by the quotes it wants', async () => {
  await using home = await emptyHome()
  await home.shell('sotto stack list')
  const before = await keptThings(home)
  const register = 'sotto experiment-tracker register m --flavor=mlflow'
  const lines: readonly (readonly [string, RegExp])[] = [
    ['{{ a.b }}', /split by the shell\nnext: quote it/],
    [`{{${PLANTED}}}`, /tracking_password: reference at line 1, column 1 has no dot/],
    ['{{a.}}', /has a key that is not allowed/],
    ['{{.a}}', /has a name of a secret that is not allowed/],
    [`"${PLANTED}{{a"`, /is not closed with \}\}/],
    ['{{a.b@x}}', /has a version that is not a whole number/],
    ['{{}}', /names no secret and no key/],
  ]
  for (const [text, says] of lines)
    for (const line of [`${register} --tracking_password=${text}`]) await assertRefused(home, { line, status: 2, says })
  const { stderr } = await assertRefused(home, {
    line: `${register} --nope=${PLANTED} --tracking_insecure_tls=${PLANTED} '--tracking_password={{a'`,
    status: 2,
    says: /^error: 3 problems:$/m,
  })
  assert.equal(stderr.match(/"nope"/g)?.length, 1, stderr)
  assert.equal(await keptThings(home), before)
})

test('with -o json a refusal is one object on standard error, and standard output stays empty', async () => {
  await using home = await emptyHome()
  for (const line of [
    'sotto secret get nope a -o json',
    'sotto secret lst --json',
    'sotto secret list --nope -o json',
  ]) {
    const { stdout, stderr } = await home.shell(line)
    assert.equal(stdout, '')
    const told: unknown = JSON.parse(stderr)
    assert.ok(typeof told === 'object' && told !== null && 'code' in told && 'message' in told && 'hint' in told)
  }
})
