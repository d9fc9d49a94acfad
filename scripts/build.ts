// Builds what is published: the bundle of the command line, the library entries, and (unless
// --quiet, which bin/sotto uses) type declarations.
//
// Every file is written beside its place and renamed into it, so that a running program and a
// second build never see half a file. dist/sotto.cjs comes last and carries the time at which
// the build began: bin/sotto takes it for the age of everything.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build, type BuildOptions, type Metafile, type OutputFile } from 'esbuild'
import { buildCliScript } from './cli-script.ts'
import { bundledPackages, noticesOf, sbomOf } from './bundled-packages.ts'

const root = dirname(import.meta.dirname)
const sdk = join(root, 'packages/sdk')
const sotto = join(root, 'packages/sotto')

/** Entries of the published packages: the name under dist/ and the source under src/. */
const sdkEntries = {
  index: 'index.ts',
  'model/index': 'model/index.ts',
  'references/index': 'references/index.ts',
}
const sottoEntries = {
  index: 'index.ts',
  pipelines: 'pipelines.ts',
}

/** The oldest Node whose parser must take the output. The program then refuses it in one sentence. */
const PARSED_BY = 'node18'

const shared = {
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  target: PARSED_BY,
  conditions: ['sotto-source'],
  logLevel: 'warning',
  logOverride: { 'empty-import-meta': 'error' },
  legalComments: 'none',
  absWorkingDir: root,
} satisfies BuildOptions

interface Built {
  readonly files: readonly Pick<OutputFile, 'path' | 'contents'>[]
  readonly metafile: Metafile
}

async function run(options: BuildOptions): Promise<Built> {
  const result = await build({ ...shared, ...options })
  return { files: result.outputFiles ?? [], metafile: result.metafile ?? { inputs: {}, outputs: {} } }
}

/** The command line in one file. */
async function buildCli(): Promise<Built> {
  const { text, metafile } = await buildCliScript(join(sotto, 'src/cli/main.ts'), {
    ...shared,
    external: optionalPackages(),
  })
  return { files: [{ path: join(sotto, 'dist/cli.cjs'), contents: Buffer.from(text) }], metafile }
}

/** What a machine may have beside us and is loaded on first use, as the package says it. */
function optionalPackages(): string[] {
  const { optionalDependencies, peerDependencies } = JSON.parse(readFileSync(join(sotto, 'package.json'), 'utf8')) as {
    optionalDependencies: Readonly<Record<string, string>>
    peerDependencies: Readonly<Record<string, string>>
  }
  return Object.keys({ ...optionalDependencies, ...peerDependencies })
}

/** What a step's process runs. Started once per step, so it is CommonJS: importing Node's modules costs it 5 ms more. */
function buildStepRunner(): Promise<Built> {
  return run({
    entryPoints: [join(sotto, 'src/pipelines/step-runner.ts')],
    outfile: join(sotto, 'dist/step-runner.cjs'),
    format: 'cjs',
    define: { 'import.meta.url': 'sottoBundleUrl' },
    banner: { js: "const sottoBundleUrl=require('node:url').pathToFileURL(__filename).href;" },
  })
}

/** Library entries: our own modules bundled, third-party packages left outside, where scanners see them. */
function buildLibrary(folder: string, entries: Readonly<Record<string, string>>): Promise<Built> {
  return run({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([out, source]) => [out, join(folder, 'src', source)])),
    outdir: join(folder, 'dist'),
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    packages: 'external',
  })
}

function buildDeclarations(folder: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const result = spawnSync(process.execPath, [compiler, '-p', join(folder, 'tsconfig.build.json')], {
    stdio: 'inherit',
  })
  if (result.status !== 0) throw new Error(`no declarations for ${relative(root, folder)}: tsc failed, see above`)
  const dist = join(folder, 'dist')
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) pointToJavaScript(join(dist, name))
  }
}

/** tsc rewrites the endings of imports in JavaScript only; other readers of declarations want them too. */
function pointToJavaScript(file: string): void {
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replaceAll(/((?:from |import\()['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2'))
}

function place(path: string, contents: string | Uint8Array, time: Date): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  writeFileSync(temporary, contents)
  utimesSync(temporary, time, time)
  renameSync(temporary, path)
}

/** Chunks carry a hash in their names; those of earlier builds stay until a build that publishes. */
function removeOldChunks(folder: string, files: Built['files']): void {
  const kept = new Set(files.map((file) => file.path))
  const chunks = join(folder, 'dist/chunks')
  mkdirSync(chunks, { recursive: true })
  for (const name of readdirSync(chunks)) if (!kept.has(join(chunks, name))) rmSync(join(chunks, name))
}

async function main(): Promise<void> {
  const quick = process.argv.includes('--quiet')
  const began = new Date()
  const [cli, stepRunner, sdkLibrary, library] = await Promise.all([
    buildCli(),
    buildStepRunner(),
    buildLibrary(sdk, sdkEntries),
    buildLibrary(sotto, sottoEntries),
  ])
  for (const file of [...sdkLibrary.files, ...library.files, ...stepRunner.files, ...cli.files])
    place(file.path, file.contents, began)

  const packages = bundledPackages(root, cli.metafile)
  const { version } = JSON.parse(readFileSync(join(sotto, 'package.json'), 'utf8')) as { version: string }
  place(join(sotto, 'dist/sbom.json'), sbomOf(version, packages), began)
  place(join(sotto, 'dist/third-party-licenses.txt'), noticesOf(packages), began)
  place(join(sotto, 'dist/openapi.json'), readFileSync(join(root, 'docs/reference/openapi.json')), began)
  place(join(sotto, 'dist/sotto.cjs'), readFileSync(join(root, 'scripts/loader.cjs')), began)
  if (quick) return

  removeOldChunks(sdk, sdkLibrary.files)
  removeOldChunks(sotto, library.files)
  // In this order: the declarations of sotto refer to those of the SDK.
  buildDeclarations(sdk)
  buildDeclarations(sotto)
  for (const folder of [sdk, sotto]) cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  for (const file of [...cli.files, ...stepRunner.files, ...library.files, ...sdkLibrary.files]) {
    console.log(`${relative(root, file.path)}  ${Math.ceil(file.contents.length / 1024)} KiB`)
  }
}

try {
  await main()
} catch (error) {
  // esbuild and tsc have printed their findings; a stack of ours would only hide them.
  const [reason] = error instanceof Error ? error.message.split('\n') : [String(error)]
  console.error(`sotto: the build of this checkout failed: ${reason}`)
  process.exitCode = 1
}
