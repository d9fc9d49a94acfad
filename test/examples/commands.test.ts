/**
 * Goal: who follows the first lines of an example gets there. Method: the commands in its comments are run against a server,
 * and then a pod, as the manifest makes it, signs in by a token of a local issuer.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { TestIssuer } from '../../packages/sotto/src/identity/testing/test-issuer.ts'
import { startServerProcess } from '../support/server.ts'
import { root } from '../support/sotto.ts'

const read = (file: string): string => readFileSync(join(root, 'examples', file), 'utf8')

/** The lines `#   sotto …` of a file; one that ends in a backslash goes on. */
function commandsIn(text: string): readonly string[] {
  const comments = text.split('\n').flatMap((line) => (line.startsWith('#') ? [line.replace(/^# {0,3}/, '')] : []))
  const joined = comments.join('\n').replaceAll(/\\\n\s*/g, '')
  return joined.split('\n').filter((line) => line.startsWith('sotto '))
}

interface Pod {
  readonly containers: readonly [{ readonly env: readonly { readonly name: string; readonly value: string }[] }]
  readonly volumes: readonly {
    readonly projected?: {
      readonly sources: readonly [{ readonly serviceAccountToken: { readonly audience: string } }]
    }
  }[]
}

test('the commands of the examples run as they are written, and a pod signs in as its manifest says', async (t) => {
  const { admin, home, url } = await startServerProcess(t)
  const issuer = await TestIssuer.start(t)
  await admin('sotto secret create crm --scope workspace --password=rosebud-7731')
  writeFileSync(join(home.work, 'keys.json'), JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) }))
  const documents = parseAllDocuments(read('kubernetes/train.yaml')).map((each) => each.toJS() as unknown)
  const { spec } = (documents[1] as { spec: { template: { spec: Pod } } }).spec.template // the Job
  const given = Object.fromEntries(spec.containers[0].env.map(({ name, value }) => [name, value]))
  const audience = spec.volumes.find(({ projected }) => projected !== undefined)?.projected?.sources[0]
    .serviceAccountToken.audience
  assert.equal(audience, given['SOTTO_URL'], 'the token is for the server that is asked')

  let trusts = 0
  for (const file of ['github-actions/train.yaml', 'kubernetes/train.yaml', 'external-secrets/secret-store.yaml']) {
    const commands = commandsIn(read(file))
    assert.ok(commands.length >= 3, file)
    for (const command of commands) {
      const isTrust = command.startsWith('sotto trust create')
      if (isTrust) trusts += 1
      // On the machine of the server no address is known, which is the audience else.
      await admin(isTrust ? `${command} --audience ${audience}` : command)
    }
  }
  assert.equal(trusts, 2)

  const pod = {
    iss: 'https://kubernetes.default.svc.cluster.local',
    aud: [audience],
    sub: 'system:serviceaccount:ml:train',
    'kubernetes.io': { namespace: 'ml', serviceaccount: { name: 'train', uid: 'u' } },
  }
  const file = join(home.folder, 'token')
  writeFileSync(file, await issuer.token(pod))
  const env = { SOTTO_HOME: join(home.folder, 'pod'), SOTTO_URL: url, SOTTO_IDENTITY_FILE: file }
  const ran = await home.shell(`sotto exec --secret crm -- sh -c 'test "$CRM_PASSWORD" = rosebud-7731'`, {
    env: { ...env, SOTTO_AUTH: given['SOTTO_AUTH'] ?? '' },
  })
  assert.equal(ran.status, 0, ran.stderr)
})
