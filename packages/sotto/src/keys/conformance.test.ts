import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { rootKeyConformance } from './conformance.ts'
import type { NamedSource, RootKeyScene } from './conformance.ts'
import { systemRandom } from './random.ts'
import type { RootKeyKind } from './root-key.ts'
import { folderOf, keyFile } from './testing.ts'
import { localKeyService } from './testing/local-key-service.ts'

/** A scene of two sources, each in a folder of its own. */
function sceneOf(kind: RootKeyKind, sourceIn: (folder: string, number: number) => NamedSource['env']) {
  return async (t: TestContext): Promise<RootKeyScene> => {
    const [source, other] = [1, 2].map((number): NamedSource => {
      const folder = folderOf(t)
      return {
        env: sourceIn(folder, number),
        defaultFile: join(folder, 'made.key'),
        keyServices: [localKeyService()],
      }
    })
    if (source === undefined || other === undefined) throw new Error('two sources')
    return { kind, source, other }
  }
}

function textOf(number: number): string {
  return String(number).repeat(64)
}

rootKeyConformance(
  'a file that the first use makes',
  sceneOf('file', () => ({})),
)
rootKeyConformance(
  'a file that is named',
  sceneOf('file', (folder, number) => ({ SOTTO_ROOT_KEY_FILE: keyFile(folder, { content: textOf(number) }) })),
)
rootKeyConformance(
  'a variable',
  sceneOf('env', (_, number) => ({ SOTTO_ROOT_KEY: textOf(number) })),
)
rootKeyConformance(
  'a passphrase',
  sceneOf('passphrase', (_, number) => ({ SOTTO_PASSPHRASE: textOf(number) })),
)
rootKeyConformance(
  'a service',
  sceneOf('transit', (folder) => {
    const path = join(folder, 'service.key')
    writeFileSync(path, systemRandom(32))
    return { SOTTO_ROOT_KEY_SERVICE: `local:${path}` }
  }),
)
