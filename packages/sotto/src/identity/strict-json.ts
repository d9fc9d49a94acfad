/**
 * JSON from outside, in which a member that is given twice is refused: parsers differ in which of the two they take, and
 * what one of them checked another then uses (RFC 8259, section 4).
 */
import type { Json, JsonObject } from '@sotto/sdk/model'
import { isJsonArray } from '@sotto/sdk/model'

/** Identity tokens and key sets are two or three levels deep. */
const mostLevels = 16

const token = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|[^\s{}[\],:"]+)/y

/** The object, or `undefined` where the text is no JSON object, is nested too deeply or names a member twice. */
export function parseStrictObject(text: string): JsonObject | undefined {
  if (!hasUniqueMembers(text)) return undefined
  try {
    const value = JSON.parse(text) as Json // JSON.parse gives nothing else
    return typeof value === 'object' && value !== null && !isJsonArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Walks the tokens once. What is no JSON may pass: the parser refuses it. */
function hasUniqueMembers(text: string): boolean {
  const levels: (Set<string> | undefined)[] = []
  let before = ''
  token.lastIndex = 0
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [, mark, string] = found
    if (mark === '{' || mark === '[') {
      if (levels.push(mark === '{' ? new Set() : undefined) > mostLevels) return false
    } else if (mark === '}' || mark === ']') levels.pop()
    else if (string !== undefined && (before === '{' || before === ',')) {
      const members = levels.at(-1)
      const name = String(JSON.parse(string))
      if (members?.has(name) === true) return false
      members?.add(name)
    }
    before = mark ?? ''
  }
  return true
}
