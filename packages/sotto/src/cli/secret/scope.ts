/** The scope that `--scope` names. */
import { scopes } from '@sotto/sdk/model'
import type { Scope } from '@sotto/sdk/model'
import type { ParsedInput } from '../parse/parsed-input.ts'

/** `undefined` where it is not given; the parser has checked the word. */
export function scopeOf(input: ParsedInput): Scope | undefined {
  return scopeOption(input, 'scope')
}

/** The same for an option of another name. */
export function scopeOption(input: ParsedInput, option: string): Scope | undefined {
  const text = input.text(option)
  return scopes.find((scope) => scope === text)
}
