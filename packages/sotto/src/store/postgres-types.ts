/**
 * Columns as PostgreSQL sends them, in text, and what we make of them. Object ids: pg_type.dat of PostgreSQL. (The driver
 * has a binary format too, but takes the bytes of an answer through a string first, which destroys them.)
 */
import type { CustomTypesConfig } from 'pg'
import { SottoError } from '@sotto/sdk/model'
import type { SqlValue } from './store.ts'

const readers: ReadonlyMap<number, (text: string) => SqlValue> = new Map<number, (text: string) => SqlValue>([
  [16, (text) => (text === 't' ? 1 : 0)], // bool
  [17, readBytes], // bytea
  [20, readInteger], // int8
  [21, readInteger], // int2
  [23, readInteger], // int4
  [18, (text) => text], // "char"
  [19, (text) => text], // name
  [25, (text) => text], // text
  [2278, () => null], // void, of a function without a result
])

/** Which reader is for a column. A type that none of our statements asks for is a programmer's mistake. */
export const columnTypes: CustomTypesConfig = {
  getTypeParser(oid: number): (text: string) => SqlValue {
    return readers.get(oid) ?? refuse
  },
}

/** The driver takes an error of a reader for that of the statement; one of `getTypeParser` would stop it for good. */
function refuse(): never {
  throw new SottoError('internal', 'a column of an answer has a type that we do not read')
}

function readInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new SottoError('store_corrupt', 'the store holds a number that Sotto never writes', {
    hint: 'find out who can write the database; restore a backup. Nothing was changed or revealed',
  })
}

/** `\x` and hex digits: the session asks for that form. A copy, since small buffers share their memory with others. */
function readBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}
