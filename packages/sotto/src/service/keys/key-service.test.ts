import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { textValue } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import { localKeyService } from '../../keys/testing/local-key-service.ts'
import { systemRandom } from '../../keys/random.ts'
import { temporaryFolder } from '../../store/testing.ts'
import { everyRight, fixedAccess } from '../fixed-access.ts'
import { openService } from '../open-service.ts'
import type { OpenedService } from '../open-service.ts'
import { createService } from '../service.ts'
import { openTestService, withCode } from '../testing.ts'

interface Machine {
  readonly folder: string
  /** The file that is the key of the service. */
  readonly servicePath: string
  readonly serviceName: string
  /** Calls of the service since the last look. */
  takeCalls(): readonly string[]
  open(env: Readonly<Record<string, string>>): Promise<OpenedService>
}

function machineOf(t: TestContext): Machine {
  const folder = join(temporaryFolder(t), 'machine')
  mkdirSync(folder, { mode: 0o700 })
  const servicePath = join(folder, 'service.key')
  writeFileSync(servicePath, systemRandom(32))
  const calls: string[] = []
  return {
    folder,
    servicePath,
    serviceName: `local:${servicePath}`,
    takeCalls: () => calls.splice(0),
    open: async (env) => {
      const service = await openService({
        env,
        storePath: join(folder, 'store.db'),
        rootKeyPath: join(folder, 'root.key'),
        logsFolder: join(folder, 'logs'),
        flavors: [],
        keyServices: [localKeyService((call) => calls.push(call))],
        osUser: 'tester',
      })
      t.after(() => service.close())
      return service
    },
  }
}

async function refuses(machine: Machine, env: Readonly<Record<string, string>>, code: ErrorCode): Promise<void> {
  await assert.rejects(machine.open(env), withCode(code), code)
}

test('a new store is wrapped for its id, and opening it asks the service once', async (t) => {
  const machine = machineOf(t)
  const env = { SOTTO_ROOT_KEY_SERVICE: machine.serviceName }
  const first = await machine.open(env)
  assert.deepEqual(machine.takeCalls(), ['wrap', 'unwrap'], 'what was wrapped is opened before it is needed')
  await first.api.createSecret({ name: 's', values: { k: textValue('v') } })
  const { slots, rootKey } = await first.api.describeKeys({})
  assert.deepEqual(
    slots.map(({ kind, service }) => [kind, service]),
    [['transit', machine.serviceName]],
  )
  assert.equal(rootKey, machine.serviceName)
  await first.api.rotateKeys({})
  await first.close()
  assert.deepEqual(machine.takeCalls(), [], 'neither a rotation nor a read asks it')
  const second = await machine.open(env)
  assert.deepEqual(machine.takeCalls(), ['unwrap'])
  const { secrets } = await second.api.resolveSecrets({ items: [{ secret: 's' }] })
  assert.ok(secrets[0]?.unchanged === false)
})

test('two first uses at the same moment make one store', async (t) => {
  const machine = machineOf(t)
  const env = { SOTTO_ROOT_KEY_SERVICE: machine.serviceName }
  const opened = await Promise.all([machine.open(env), machine.open(env), machine.open(env)])
  const ids = await Promise.all(opened.map(async ({ api }) => (await api.describeStore({})).storeId))
  assert.equal(new Set(ids).size, 1)
})

test('a service that is away, gone or another one says so, and the store stays as it is', async (t) => {
  const machine = machineOf(t)
  const env = { SOTTO_ROOT_KEY_SERVICE: machine.serviceName }
  const service = await machine.open(env)
  const { code } = await service.api.createRecovery({})
  await service.close()
  const kept = `${machine.servicePath}.kept`
  copyFileSync(machine.servicePath, kept)
  const other = `${machine.servicePath}.other`
  writeFileSync(other, systemRandom(32))

  await refuses(machine, {}, 'key_missing')
  await refuses(machine, { SOTTO_ROOT_KEY_SERVICE: `local:${other}` }, 'key_wrong')
  await refuses(machine, { SOTTO_ROOT_KEY_SERVICE: 'nonsense' }, 'key_malformed')
  await refuses(machine, { SOTTO_ROOT_KEY_SERVICE: '' }, 'key_malformed')
  await refuses(machine, { ...env, SOTTO_ROOT_KEY: '0'.repeat(64) }, 'key_malformed')
  await refuses(machine, { SOTTO_ROOT_KEY: '0'.repeat(64) }, 'key_wrong')
  truncateSync(machine.servicePath)
  await refuses(machine, env, 'key_service_unreachable')
  rmSync(machine.servicePath)
  await refuses(machine, env, 'key_disabled')

  const recovered = await machine.open({ ...env, SOTTO_RECOVERY_CODE: code })
  await assert.rejects(recovered.api.changeRoot({}), withCode('key_disabled'), 'as now is not possible')
  const changed = await recovered.api.changeRoot({ to: 'file' })
  assert.equal(changed.slots[0]?.kind, 'file')
  await recovered.close()
  await (await machine.open({})).close()
  copyFileSync(kept, machine.servicePath)
  await refuses(machine, env, 'key_wrong')
})

test('whoever asks for a change does not choose whom the credentials are sent to', async (t) => {
  const machine = machineOf(t)
  const { api } = await machine.open({ SOTTO_NEW_ROOT_KEY_SERVICE: machine.serviceName })
  const elsewhere = `local:${machine.servicePath}.elsewhere`
  await assert.rejects(api.changeRoot({ to: 'service', service: elsewhere }), withCode('input_invalid'))
  await assert.rejects(api.changeRoot({ to: 'service' }), withCode('input_invalid'))
  await assert.rejects(api.changeRoot({ service: machine.serviceName }), withCode('input_invalid'))
  assert.deepEqual(machine.takeCalls(), [])
  const { slots } = await api.changeRoot({ to: 'service', service: machine.serviceName })
  assert.equal(slots[0]?.service, machine.serviceName)
  const { items: events } = await api.listAudit({ operation: 'changeRoot', outcome: 'done' })
  assert.equal(events[0]?.detail['service'], machine.serviceName)
})

test('a service is asked for nobody who may not change keys', async (t) => {
  const calls: string[] = []
  const service = await openTestService(t)
  const name = 'local:/nowhere'
  const parts = {
    ...service,
    clock: Date.now,
    random: systemRandom,
    flavors: [],
    rootKeyPath: join(service.folder, 'root.key'),
    logsFolder: service.folder,
    keyServices: {
      kinds: [localKeyService((call) => calls.push(call))],
      env: { SOTTO_ROOT_KEY_SERVICE: name },
    },
  }
  const actor = { ...service, osUser: 'tester' }
  const stranger = createService({ ...parts, access: fixedAccess(() => false) }).as(actor)
  await assert.rejects(stranger.changeRoot({ to: 'service', service: name }), withCode('forbidden'))
  assert.deepEqual(calls, [])
  const owner = createService({ ...parts, access: fixedAccess(everyRight) }).as(actor)
  await assert.rejects(owner.changeRoot({ to: 'service', service: name }), withCode('key_disabled'))
  assert.deepEqual(calls, ['wrap'])
})
