// Everything that is checked without running the program, as `npm run check` and in .ci/run.
//
//   npm run check                 all gates
//   npm run check -- types lint   some of them
//
// A gate that looks at nothing reports success; so each says how many files it saw, and fails
// when that is fewer than there are. tools/gates.test.ts shows every gate fail on a broken project.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = dirname(import.meta.dirname)
const bin = (path: string): string => join(root, 'node_modules', path)
const sources = ['packages/*/src/**/*.ts', '{test,bench,scripts,tools,demo}/**/*.ts']

interface Outcome {
  readonly passed: boolean
  readonly output: string
}

function run(path: string, args: readonly string[]): Outcome {
  const result = spawnSync(process.execPath, [bin(path), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // oxlint starts its type-aware half by name.
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` },
  })
  const output = `${result.stdout}${result.stderr}`.trim()
  return { passed: result.status === 0, output: result.error === undefined ? output : result.error.message }
}

function findSources(): string[] {
  return globSync(sources, { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**', '**/dist/**'] })
}

/** An outcome that also fails when the tool saw fewer files than there are. */
function withCount(outcome: Outcome, seen: number, needed: number): Outcome {
  if (seen >= needed) return outcome
  return { passed: false, output: `${outcome.output}\nonly ${seen} of ${needed} files were looked at` }
}

/** Programs of the compiler: ours, and those with a user's settings. */
const typePrograms = ['.', 'demo/pipelines', 'bench/pipelines', 'packages/sdk/tsconfig.build.json']

function checkTypes(): Outcome {
  const seen = new Set<string>()
  const outcomes = typePrograms.map((path) => {
    const args = ['-p', join(root, path), '--noEmit', '--emitDeclarationOnly', 'false']
    const listed = run('typescript/bin/tsc', [...args, '--listFilesOnly']).output.split('\n')
    for (const file of listed) seen.add(relative(root, file))
    return run('typescript/bin/tsc', args)
  })
  const outcome = {
    passed: outcomes.every(({ passed }) => passed),
    output: outcomes.map((each) => each.output).join('\n'),
  }
  return withCount(outcome, findSources().filter((file) => seen.has(file)).length, findSources().length)
}

function checkLint(): Outcome {
  const outcome = run('oxlint/bin/oxlint', [])
  const seen = Number(/ on (\d+) files/.exec(outcome.output)?.[1] ?? 0)
  return withCount(outcome, seen, findSources().length)
}

function checkFormat(): Outcome {
  const outcome = run('oxfmt/bin/oxfmt', ['--check'])
  // It formats other files too; so TypeScript is counted apart.
  const counted = run('oxfmt/bin/oxfmt', ['--check', '**/*.ts'])
  const seen = Number(/ on (\d+) files/.exec(counted.output)?.[1] ?? 0)
  return withCount(outcome, seen, findSources().length)
}

function checkUnused(): Outcome {
  return run('knip/bin/knip.js', ['--treat-config-hints-as-errors'])
}

/** The reference documents follow from docstrings and tables; they are committed, so that they can be read anywhere. */
function checkReference(): Outcome {
  const args = ['--conditions=sotto-source', join(root, 'scripts/reference.ts'), '--check']
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { passed: result.status === 0, output: `${result.stdout}${result.stderr}`.trim() }
}

function checkBuild(): Outcome {
  const result = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root, encoding: 'utf8' })
  return { passed: result.status === 0, output: `${result.stdout}${result.stderr}`.trim() }
}

/** After the build: reads what would be published. */
function checkPackages(): Outcome {
  const outcomes = ['packages/sdk', 'packages/sotto'].map((folder) => run('publint/src/cli.js', [folder, '--strict']))
  return { passed: outcomes.every(({ passed }) => passed), output: outcomes.map(({ output }) => output).join('\n') }
}

/** In the order they run. The boundaries between folders are rules of the linter (tools/lint). */
const gates: Readonly<Record<string, () => Outcome>> = {
  types: checkTypes,
  lint: checkLint,
  format: checkFormat,
  unused: checkUnused,
  reference: checkReference,
  build: checkBuild,
  packages: checkPackages,
}

function main(): boolean {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => gates[name] === undefined)
  if (unknown.length > 0) {
    console.error(`no gate is called ${unknown.join(', ')}; there are ${Object.keys(gates).join(', ')}`)
    return false
  }
  let passed = true
  for (const [name, gate] of Object.entries(gates)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    const began = performance.now()
    const outcome = gate()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(`${outcome.passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
    if (!outcome.passed) console.log(outcome.output.replaceAll(/^/gm, '     '))
    passed &&= outcome.passed
  }
  return passed
}

process.exitCode = main() ? 0 : 1
