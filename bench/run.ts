// Measures every figure we publish and prints it beside its reference and its limit.
//
//   npm run bench                    all
//   npm run bench -- cold-start      the files of bench/cases with such a name
//   npm run bench -- --write         all, and the table into docs/performance.md

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, type Figure, keepsLimit, ratioOf } from './measure.ts'

const root = dirname(import.meta.dirname)
const page = join(root, 'docs/performance.md')
const begin = '<!-- figures: npm run bench -- --write -->'
const end = '<!-- end of figures -->'

/** What the machine did before the bench began: a busy one blurs every figure. */
const [busy] = loadavg()

interface Row {
  readonly name: string
  readonly value: string
  readonly reference: string
  readonly ratio: string
  readonly limit: string
  readonly verdict: string
}

function rowOf(figure: Figure): Row {
  const { name, unit, reference, limit } = figure
  const ratio = ratioOf(figure)
  const number = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
  return {
    name,
    value: `${number(figure.value)} ${unit}`,
    reference: reference === undefined ? '' : `${reference.name}: ${number(reference.value)} ${unit}`,
    ratio: ratio === undefined ? '' : `${number(ratio)}x`,
    limit: limit === undefined ? '' : `${limit.bound} ${limit.value}${limit.of === 'ratio' ? 'x' : ` ${unit}`}`,
    verdict: limit === undefined ? '' : keepsLimit(figure) ? 'kept' : 'MISSED',
  }
}

function print(rows: readonly Row[]): void {
  const widths = new Map<string, number>()
  for (const row of rows) {
    for (const [column, text] of Object.entries(row)) {
      widths.set(column, Math.max(widths.get(column) ?? 0, String(text).length))
    }
  }
  for (const row of rows) {
    const cells = Object.entries(row).map(([column, text]) => String(text).padEnd(widths.get(column) ?? 0))
    console.log(cells.join('  ').trimEnd())
  }
}

function writePage(rows: readonly Row[]): void {
  const lines = rows.map((row) => `| ${[row.name, row.value, row.reference, row.ratio, row.limit].join(' | ')} |`)
  const model = cpus()[0]?.model.trim() ?? 'unknown'
  const load = busy === undefined ? '' : `; load average at the start ${busy.toFixed(1)}`
  const machine = `Node ${process.versions.node}, ${process.platform}-${process.arch}, ${availableParallelism()} cores of ${model}${load}.`
  const head = '| what | figure | reference in the same run | ratio | limit |\n|---|---|---|---|---|'
  const table = `${begin}\n${machine}\n\n${head}\n${lines.join('\n')}\n${end}`
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`${page} has no place for the table: ${begin} … ${end}`)
  writeFileSync(page, text.slice(0, before) + table + text.slice(after + end.length))
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true })
  const all = globSync('bench/cases/*.ts', { cwd: root }).toSorted()
  const files = all.filter((file) => positionals.length === 0 || positionals.some((name) => file.includes(name)))
  if (files.length === 0) throw new Error(`nothing in bench/cases is called ${positionals.join(' or ')}`)
  const build = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), '--quiet'], { stdio: 'inherit' })
  if (build.status !== 0) return false

  const figures: Figure[] = []
  for (const file of files) {
    // A dynamic import of a path has no type; the contract is that of bench/measure.ts.
    const { bench } = (await import(join(root, file))) as { bench: Bench }
    console.error(`measuring ${bench.name} …`)
    figures.push(...(await bench.measure()))
  }
  const rows = figures.map(rowOf)
  print(rows)
  if (values.write === true) {
    if (!existsSync(page) || positionals.length > 0)
      throw new Error('the table of docs/performance.md needs all figures')
    writePage(rows)
  }
  return figures.every(keepsLimit)
}

process.exitCode = (await main()) ? 0 : 1
