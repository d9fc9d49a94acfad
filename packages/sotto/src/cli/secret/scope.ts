/** The scope that `--scope` names. */
import { scopes } from '@sotto/sdk/model'
import type { Scope } from '@sotto/sdk/model'
import type { ParsedInput } from '../parse/parsed-input.ts'

/** `undefined` where it is not given; the parser has checked the word. */
export function scopeOf(input: ParsedInput): Scope | undefined {
  const text = input.text('scope')
  return scopes.find((scope) => scope === text)
}
