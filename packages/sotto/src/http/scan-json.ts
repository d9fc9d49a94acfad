/**
 * Looks over JSON before it is parsed: `JSON.parse` takes the last of two members of the same name, makes `Infinity` of
 * `1e999`, and nests as deep as the stack allows. One pass, without building anything but the names of open objects.
 * What is not JSON at all is left to `JSON.parse` to refuse.
 */
import { malformed } from './request-error.ts'

/** Deeper than `input_invalid` of the model begins, which names the place. */
const mostLevels = 128
/** Members and items of the whole body. The largest input of ours has a thousandth of it. */
const mostMembers = 200_000

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

/** Throws `request_malformed`. */
export function scanJson(text: string): void {
  /** The names of each open object; `undefined` for a list. */
  const open: (Set<string> | undefined)[] = []
  let members = 0
  let inString = ''
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      if (end === -1) return
      inString = text.slice(at, end + 1)
      at = end
    } else if (code === colon) {
      addName(open.at(-1), inString)
    } else if (code === openObject || code === openList) {
      if (open.length === mostLevels) throw malformed(`its JSON is nested more than ${String(mostLevels)} levels deep`)
      open.push(code === openObject ? new Set() : undefined)
      members += 1
    } else if (code === comma) {
      members += 1
      if (members > mostMembers) throw malformed(`its JSON has more than ${String(mostMembers)} members`)
    } else if (code === closeObject || code === closeList) {
      open.pop()
    } else if (isDigit(code)) {
      at = endOfNumber(text, at) - 1
    }
  }
}

/** The place of the closing quote; -1 where there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before -= 1
  return (at - before) % 2 === 0
}

/** `"a"` and `"\u0061"` are the same name. */
function addName(names: Set<string> | undefined, quoted: string): void {
  if (names === undefined) return
  const name = quoted.includes('\\') ? unescaped(quoted) : quoted
  if (names.has(name)) throw malformed('its JSON has an object in which a member is given twice')
  names.add(name)
}

function unescaped(quoted: string): string {
  try {
    return `"${String(JSON.parse(quoted))}"`
  } catch {
    return quoted
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function endOfNumber(text: string, start: number): number {
  const number = /[0-9.eE+-]+/y
  number.lastIndex = start
  const [found = '0'] = number.exec(text) ?? []
  if (!Number.isFinite(Number(found)) && !Number.isNaN(Number(found)))
    throw malformed('its JSON has a number too large')
  return start + found.length
}
