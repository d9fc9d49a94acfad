/** What the tests of this folder share. */
import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { isSottoError } from '@sotto/sdk/model'
import type { ErrorCode } from '@sotto/sdk/model'
import type { RandomSource } from './random.ts'
import { RootKey } from './root-key.ts'
import type { RootKeyKind } from './root-key.ts'

/** A file of docs/formats/vectors, unchecked. Throws where a list is empty, so that no test passes on nothing. */
export function readVectors(name: 'value' | 'keyring' | 'mac' | 'backup'): unknown {
  const path = new URL(`../../../../docs/formats/vectors/${name}.json`, import.meta.url)
  const vectors: unknown = JSON.parse(readFileSync(path, 'utf8'))
  if (typeof vectors !== 'object' || vectors === null) throw new Error(`${name}.json is no object`)
  for (const [list, content] of Object.entries(vectors)) {
    if (Array.isArray(content) && content.length < 2) throw new Error(`${name}.json has hardly any ${list}`)
  }
  return vectors
}

export function fromHex(hex: string): Buffer {
  return Buffer.from(hex, 'hex')
}

export function keyOf(hex: string): KeyObject {
  return createSecretKey(fromHex(hex))
}

export function rootKeyOf(hex: string, kind: RootKeyKind = 'file'): RootKey {
  return new RootKey({ kind, origin: '/test/root.key', bytes: fromHex(hex) })
}

/** Gives these bytes, one after the other. */
export function fixedRandom(...draws: readonly Buffer[]): RandomSource {
  let next = 0
  return (sizeBytes) => {
    const draw = draws[next++]
    if (draw?.length !== sizeBytes) throw new RangeError(`draw ${next} is not of ${sizeBytes} bytes`)
    return Buffer.from(draw) // a copy: who draws may wipe
  }
}

/** For `assert.throws`: a SottoError of this code. */
export function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (isSottoError(error, code)) return true
    throw error
  }
}

/** A generator that gives the same numbers each time (mulberry32), so that a failure of the fuzzer can be repeated. */
export function repeatableNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** One to four random changes: a flipped bit, a changed byte, a cut, a doubled or an inserted piece. */
export function mutate(blob: Buffer, below: (limit: number) => number): Buffer {
  let bytes = Buffer.from(blob)
  for (let rounds = 1 + below(4); rounds > 0; rounds--) {
    const at = below(bytes.length + 1)
    const kind = below(5)
    if (kind === 0 && at < bytes.length) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
    else if (kind === 1 && at < bytes.length) bytes.writeUInt8(below(256), at)
    else if (kind === 2) bytes = bytes.subarray(0, at)
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1))])
    else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(below(80), below(256)), bytes.subarray(at)])
  }
  return bytes
}

/** A root key as text. */
export const keyText: string = '0123456789abcdef'.repeat(4)

/** A folder of its own for one test. */
export function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'sotto-keys-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes `root.key` in the folder, by default with `keyText`; gives its path. */
export function keyFile(
  folder: string,
  { content = `${keyText}\n`, mode = 0o600 }: { content?: string; mode?: number } = {},
): string {
  const path = join(folder, 'root.key')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}
