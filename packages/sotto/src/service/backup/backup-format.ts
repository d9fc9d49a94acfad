/**
 * A backup is one file that says what it is, and holds no root key:
 *
 *     `STB1` | size of the header u32 | header, JSON | signature 64 | sections, one behind another
 *     signature = Ed25519 of the store over 'sotto/backup/1' | size of the header | header
 *
 * The header has the keyring, which a root key opens, and so gives the key that verifies the signature; and name, size and
 * SHA-256 of each section. So whoever holds the root key can tell a damaged, a truncated, a foreign and a forged one
 * apart before anything of it is used. See docs/formats/backup.md.
 */
import { SottoError } from '@sotto/sdk/model'
import type { AuditCheckpoint, RootKeyName } from '@sotto/sdk/model'
import { readKeyring } from '../../keys/keyring-blob.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { idText } from '../../store/id.ts'

/** A part of the backup: the database, or the log of a run. */
export interface Section {
  /** `database`, or `log ` and the id of the run. */
  readonly name: string
  readonly sizeBytes: number
  /** 64 hex digits. */
  readonly sha256: string
}

export interface BackupHeader {
  readonly schemaVersion: number
  readonly createdAtMs: number
  readonly checkpoint: AuditCheckpoint
  /** As the database holds it. */
  readonly keyring: Buffer
  /** The database first. */
  readonly sections: readonly Section[]
}

/** What the keyring in a header says without being opened. */
export interface HeaderKeyring {
  readonly storeId: string
  readonly generation: number
  readonly rootKeys: readonly RootKeyName[]
}

const magic = Buffer.from('STB1')
const signaturePurpose = Buffer.from('sotto/backup/1')
const signatureSize = 64
/** Magic and size of the header. */
export const prefixSize = 8
/** A hundred thousand logs, and an end for whoever claims more. In bytes. */
const largestHeader = 32 * 1024 * 1024

export const databaseSection = 'database'
const logName = /^log ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The run whose log the section is. */
export function runOfLog(section: Section): string | undefined {
  return logName.exec(section.name)?.[1]
}

/** Everything before the sections. */
export function encodeHead(header: BackupHeader, keyring: Keyring): Buffer {
  const { storeId, generation } = describeKeyring(header.keyring)
  const { keyring: blob, ...rest } = header
  const json = Buffer.from(JSON.stringify({ storeId, generation, ...rest, keyring: blob.toString('base64') }))
  const size = uint32(json.length)
  return Buffer.concat([magic, size, json, keyring.sign(Buffer.concat([signaturePurpose, size, json]))])
}

/** Size of header and signature, from the first bytes of a file. Throws `backup_corrupt` and `backup_newer`. */
export function readPrefix(bytes: Uint8Array): number {
  const prefix = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (prefix.length < prefixSize || !prefix.subarray(0, 3).equals(magic.subarray(0, 3)))
    throw corruptBackup('it is not a backup of Sotto')
  if (!prefix.subarray(0, magic.length).equals(magic)) throw newerBackup('its format is not STB1')
  const size = prefix.readUInt32BE(magic.length)
  if (size > largestHeader) throw corruptBackup('its header is too large')
  return size + signatureSize
}

/** Reads header and signature. Throws `backup_corrupt` and `backup_newer`; the signature is not looked at. */
export function decodeHead(bytes: Buffer): BackupHeader {
  const header = parseHeader(bytes.subarray(0, bytes.length - signatureSize))
  const [first] = header.sections
  if (first?.name !== databaseSection) throw corruptBackup('it holds no database')
  const names = new Set(header.sections.map(({ name }) => name))
  if (names.size !== header.sections.length) throw corruptBackup('it holds a part twice')
  return header
}

/** Did the store's key sign the header? */
export function verifyHead(bytes: Buffer, keyring: Keyring): boolean {
  const json = bytes.subarray(0, bytes.length - signatureSize)
  return keyring.verify(Buffer.concat([signaturePurpose, uint32(json.length), json]), bytes.subarray(json.length))
}

/** Throws `keyring_corrupt` and `keyring_newer`. */
export function describeKeyring(blob: Uint8Array): HeaderKeyring {
  const { storeId, generation, slots } = readKeyring(blob)
  const rootKeys = slots.map(({ role, kind, rootKeyId }) => ({ id: rootKeyId, role, kind }))
  return { storeId: idText(storeId), generation, rootKeys }
}

function parseHeader(json: Buffer): BackupHeader {
  let parsed: unknown
  try {
    parsed = JSON.parse(json.toString())
  } catch {
    throw corruptBackup('its header is no JSON')
  }
  const { schemaVersion, createdAtMs, checkpoint, keyring, sections, storeId, generation } = members(parsed)
  const { epoch, sequence, head } = members(checkpoint)
  if (!isCount(schemaVersion) || !isCount(createdAtMs) || !isCount(epoch) || !isCount(sequence))
    throw corruptBackup('its header lacks a number')
  if (!isHash(head) || typeof keyring !== 'string' || !Array.isArray(sections))
    throw corruptBackup('its header lacks a part')
  const blob = Buffer.from(keyring, 'base64')
  const facts = describeKeyring(blob)
  if (facts.storeId !== storeId || facts.generation !== generation)
    throw corruptBackup('its header and its keyring are of two stores')
  return {
    schemaVersion,
    createdAtMs,
    checkpoint: { epoch, sequence, head },
    keyring: blob,
    sections: sections.map(parseSection),
  }
}

function parseSection(given: unknown): Section {
  const { name, sizeBytes, sha256 } = members(given)
  const known = typeof name === 'string' && (name === databaseSection || logName.test(name))
  // A log's name becomes the name of a file: nothing but the id of a run may stand there.
  if (!known || !isCount(sizeBytes) || !isHash(sha256)) throw corruptBackup('its header names a part that is none')
  return { name, sizeBytes, sha256 }
}

function members(value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) throw corruptBackup('its header is not as it should be')
  return value as { readonly [name: string]: unknown } // any object is that; each member is looked at
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

export function corruptBackup(what: string): SottoError {
  return new SottoError('backup_corrupt', `the backup cannot be used: ${what}`, {
    hint: 'use another copy of it; nothing was changed',
  })
}

export function newerBackup(what: string): SottoError {
  return new SottoError('backup_newer', `the backup was made by a later Sotto: ${what}`, {
    hint: 'install the version of Sotto that made it, or a later one; nothing was changed',
  })
}
