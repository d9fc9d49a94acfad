/**
 * Where the running program lies: its step runner and the entries that a user's file may import. From source these
 * are .ts files under src/; built, .js files in dist/, beside the bundle of the command line or above its chunks.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ProgramFiles {
  readonly stepRunner: string
  /** Specifier -> file. */
  readonly entries: { readonly [specifier: string]: string }
  /** Flags that a Node needs to run it. */
  readonly nodeFlags: readonly string[]
}

let found: ProgramFiles | undefined

/** The files of this program. */
export function programFiles(): ProgramFiles {
  found ??= locate(fileURLToPath(import.meta.url))
  return found
}

function locate(self: string): ProgramFiles {
  // A step holds secrets: no signal opens a debugger's port in it, and no report of a crash lists its environment.
  const flags = ['--disable-warning=ExperimentalWarning', '--disable-sigusr1', '--report-exclude-env']
  if (self.endsWith('.ts')) {
    const source = dirname(dirname(self))
    const entries = { sotto: join(source, 'index.ts'), 'sotto/pipelines': join(source, 'pipelines.ts') }
    return {
      stepRunner: join(source, 'pipelines/step-runner.ts'),
      entries,
      nodeFlags: ['--conditions=sotto-source', ...flags],
    }
  }
  let folder = dirname(self)
  while (findRunner(folder) === undefined && folder !== dirname(folder)) folder = dirname(folder)
  const entries = { sotto: join(folder, 'index.js'), 'sotto/pipelines': join(folder, 'pipelines.js') }
  return { stepRunner: findRunner(folder) ?? join(folder, 'step-runner.js'), entries, nodeFlags: flags }
}

/** Built as CommonJS it starts 5 ms sooner: importing Node's own modules is what costs. */
function findRunner(folder: string): string | undefined {
  return ['step-runner.cjs', 'step-runner.js'].map((name) => join(folder, name)).find((path) => existsSync(path))
}
