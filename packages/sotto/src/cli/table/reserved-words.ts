/**
 * Words that are never attributes. Frozen: each new one would steal somebody's key. An option that
 * comes later begins with `--sotto-`; a key of a reserved name is given after `--`.
 */
import type { ReservedGroup } from '../command-shape.ts'

const everywhere = ['help', 'output', 'json', 'yes', 'dry-run', 'debug', 'quiet', 'workspace', 'token-file'] as const

const table: { readonly [group in ReservedGroup]: readonly string[] } = {
  secret: [
    ...everywhere,
    'scope',
    'values',
    'interactive',
    'remove',
    'replace',
    'expect-version',
    'expires',
    'label',
    'description',
    'plain',
    'trim',
    'file',
  ],
  component: [...everywhere, 'flavor', 'from', 'description', 'label', 'allow-plaintext'],
  run: [...everywhere, 'stack', 'level', 'frozen', 'connect', 'as'],
}

export const reservedWords: { readonly [group in ReservedGroup]: readonly string[] } = Object.freeze({
  secret: Object.freeze(table.secret),
  component: Object.freeze(table.component),
  run: Object.freeze(table.run),
})

/** Is the word reserved? Options to come, `sotto-…`, are. */
export function isReserved(group: ReservedGroup, word: string): boolean {
  return word.startsWith('sotto-') || reservedWords[group].includes(word)
}
