/** Lines of text in columns. */
import type { Style } from './style.ts'
import { cutTo, safeLine, widthOf } from './text.ts'

/** Cells come as they are; they are made safe here. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Facts of one thing, one on a line. */
export interface Facts {
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** A table below them. */
  readonly table?: Table | undefined
}

const gap = '  '

/** `width` is that of the terminal: then wide columns are cut; without one nothing is. */
export function tableText(table: Table, style: Style, width: number | undefined): string {
  const rows = table.rows.map((row) => row.map(safeLine))
  const natural = table.columns.map((column, index) =>
    Math.max(widthOf(column), ...rows.map((row) => widthOf(row[index] ?? ''))),
  )
  const widths = width === undefined ? natural : fit(natural, width)
  const head = line(table.columns, widths, width !== undefined)
  return [style('bold', head), ...rows.map((row) => line(row, widths, width !== undefined))]
    .map((text) => `${text}\n`)
    .join('')
}

export function factsText({ facts, table }: Facts, style: Style, width: number | undefined): string {
  const longest = Math.max(0, ...facts.map(([name]) => name.length))
  const lines = facts.map(([name, value]) => `${style('bold', `${name}:`.padEnd(longest + 1))} ${safeLine(value)}\n`)
  if (table === undefined || table.rows.length === 0) return lines.join('')
  return `${lines.join('')}\n${tableText(table, style, width)}`
}

function line(cells: readonly string[], widths: readonly number[], cut: boolean): string {
  const padded = cells.map((cell, index) => {
    const width = widths[index] ?? 0
    const text = cut ? cutTo(cell, width) : cell
    return text + ' '.repeat(Math.max(0, width - widthOf(text)))
  })
  return padded.join(gap).trimEnd()
}

/** Takes the surplus from the widest columns, down to 6 characters each. */
function fit(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural]
  let surplus = widths.reduce((sum, one) => sum + one, gap.length * (widths.length - 1)) - width
  while (surplus > 0) {
    const widest = Math.max(...widths)
    if (widest <= 6) break
    widths[widths.lastIndexOf(widest)] = widest - 1
    surplus -= 1
  }
  return widths
}
