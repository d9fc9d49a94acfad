/** Folds prose to the width of the reader. */
import type { CliContext } from '../context.ts'
import { widthOf } from './text.ts'

/** Width for help: that of the terminal, at most 100; 100 elsewhere, so that help in a file is always the same. */
export function helpWidth({ stdout }: CliContext): number {
  return Math.max(30, Math.min(100, stdout.columns() ?? 100))
}

/** Lines of at most `width`, each behind `indent`; a word that is longer stays whole. */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(`${indent}${line} ${word}`) > width) {
      lines.push(`${indent}${line}`)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, `${indent}${line}`]
}

/** Labels with their texts: beside each other, or below in a narrow terminal. */
export function definitions(
  items: readonly (readonly [label: string, text: string])[],
  width: number,
): readonly string[] {
  const longest = Math.min(30, Math.max(0, ...items.map(([label]) => widthOf(label))))
  const column = longest + 4
  const narrow = width < 60
  return items.flatMap(([label, text]) => {
    if (narrow) return [`  ${label}`, ...wrap(text, width, '      ')]
    const lines = wrap(text, width, ' '.repeat(column))
    const [first = ''] = lines
    if (widthOf(label) > longest) return [`  ${label}`, ...lines]
    return [`  ${label}${' '.repeat(column - 2 - widthOf(label))}${first.slice(column)}`.trimEnd(), ...lines.slice(1)]
  })
}
