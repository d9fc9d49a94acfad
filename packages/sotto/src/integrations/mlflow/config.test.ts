import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { isSottoError } from '@sotto/sdk/model'
import type { JsonObject } from '@sotto/sdk/model'
import { type MlflowConfig, readConfig } from './config.ts'
import { authorizationOf, credentialVariables } from './credentials.ts'

const uri = 'https://mlflow.example:8443/team/'
const password = 'S3cret/with@signs:and#more'

function read(attributes: JsonObject): MlflowConfig {
  return readConfig({ type: 'experiment-tracker', name: 'ml', flavor: 'mlflow', attributes })
}

function refusalOf(attributes: JsonObject): { code: string; message: string; hint: string } {
  try {
    read(attributes)
  } catch (error) {
    assert.ok(isSottoError(error), inspect(error))
    assert.ok(!inspect(error).includes(password), 'the error shows the password')
    return { code: error.code, message: error.message, hint: error.hint ?? '' }
  }
  return assert.fail('nothing was refused')
}

test('reads attributes as text from secrets or as values, and leaves the rest at its default', () => {
  assert.deepEqual(read({ tracking_uri: uri }), {
    component: 'ml',
    baseUrl: 'https://mlflow.example:8443/team',
    credentials: { kind: 'none' },
    verifyTls: true,
    experimentName: undefined,
    nested: false,
    tags: {},
  })
  const full = read({
    tracking_uri: uri,
    tracking_insecure_tls: 'True',
    nested: true,
    experiment_name: 'e',
    tags: '{"a":1,"b":[2]}',
  })
  assert.equal(full.verifyTls, false)
  assert.equal(full.nested, true)
  assert.equal(full.experimentName, 'e')
  assert.deepEqual(full.tags, { a: '1', b: '[2]' })
})

test('signs in by user name and password, by token, or by what stands in the address', () => {
  const basic = read({ tracking_uri: uri, tracking_username: 'ana', tracking_password: password }).credentials
  assert.equal(authorizationOf(basic), `Basic ${Buffer.from(`ana:${password}`).toString('base64')}`)
  assert.deepEqual(credentialVariables(basic), { MLFLOW_TRACKING_USERNAME: 'ana', MLFLOW_TRACKING_PASSWORD: password })
  const token = read({ tracking_uri: uri, tracking_token: 'abc.def' }).credentials
  assert.equal(authorizationOf(token), 'Bearer abc.def')
  assert.deepEqual(credentialVariables(token), { MLFLOW_TRACKING_TOKEN: 'abc.def' })
  const inside = read({ tracking_uri: `https://ana:${encodeURIComponent(password)}@mlflow.example` })
  assert.equal(inside.baseUrl, 'https://mlflow.example')
  assert.deepEqual(credentialVariables(inside.credentials), {
    MLFLOW_TRACKING_USERNAME: 'ana',
    MLFLOW_TRACKING_PASSWORD: password,
  })
})

test('a printed configuration shows no credential', () => {
  const config = read({ tracking_uri: uri, tracking_username: 'ana', tracking_password: password })
  assert.ok(!`${inspect(config, { depth: 9, showHidden: true })}${JSON.stringify(config)}`.includes(password))
})

test('half a pair and two ways to sign in are refused, naming the attributes', () => {
  for (const attributes of [
    { tracking_username: 'ana' },
    { tracking_password: password },
    { tracking_username: 'ana', tracking_password: password, tracking_token: 't' },
    { tracking_username: 'a:b', tracking_password: password },
    { tracking_token: `${password}\n` },
    { tracking_username: 'ana', tracking_password: `${password}\0` },
    { tracking_uri: `http://ana:${encodeURIComponent(password)}@h`, tracking_token: 't' },
    { tracking_uri: 'http://ana@h' },
    { tracking_uri: 'http://ana:%zz@h' },
  ]) {
    const { code, message } = refusalOf({ tracking_uri: uri, ...attributes })
    assert.equal(code, 'attribute_invalid', message)
    assert.match(message, /tracking_|password|user name/)
  }
})

test('an address that is none is refused without showing it', () => {
  for (const address of [
    password,
    `htp://ana:${password}@h`,
    `${uri}?token=${password}`,
    `${uri}#x`,
    `mlflow.example:5000/${password}`,
  ]) {
    assert.equal(refusalOf({ tracking_uri: address }).code, 'attribute_invalid')
  }
  assert.match(refusalOf({}).hint, /^sotto experiment-tracker update ml --tracking_uri=/)
})

test('places that only MLflow itself or Databricks can open are refused with a way out', () => {
  for (const address of [
    'file:///srv/mlruns',
    'sqlite:///m.db',
    'postgresql+psycopg2://u:p@h/db',
    './mlruns',
    '/srv/mlruns',
    'databricks',
    'databricks://profile',
    'databricks-uc',
  ]) {
    const { code, message, hint } = refusalOf({ tracking_uri: address })
    assert.equal(code, 'unsupported', message)
    assert.match(hint, /--tracking_uri=/)
  }
  for (const attributes of [
    { databricks_host: 'https://h' },
    { databricks_client_id: 'i', databricks_client_secret: password },
    { enable_unity_catalog: true },
  ]) {
    const { code, hint } = refusalOf({ tracking_uri: uri, ...attributes })
    assert.equal(code, 'unsupported')
    assert.equal(hint, `sotto experiment-tracker remove-attribute ml ${Object.keys(attributes).join(' ')}`)
  }
  assert.equal(read({ tracking_uri: uri, databricks_host: '', enable_unity_catalog: false }).component, 'ml')
})

test('values of another type are refused', () => {
  for (const attributes of [
    { nested: 'perhaps' },
    { tracking_insecure_tls: 1 },
    { tags: '[1]' },
    { tags: 'x' },
    { tags: { 'sotto.run': '1' } },
    { experiment_name: 7 },
  ]) {
    assert.equal(refusalOf({ tracking_uri: uri, ...attributes }).code, 'attribute_invalid')
  }
})
