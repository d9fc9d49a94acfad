/** One line of an audit export, looked at member by member: the file comes from anywhere. */
import type { AuditExportHeader } from '@sotto/sdk/model'
import type { SignedHead } from '../../store/audit-chain.ts'
import type { AuditEventRow } from '../../store/audit.ts'

export type AuditLine =
  | { readonly kind: 'header'; readonly header: AuditExportHeader }
  | { readonly kind: 'event'; readonly event: AuditEventRow }
  | { readonly kind: 'end'; readonly end: SignedHead }

type Members = { readonly [name: string]: unknown }

const hex32 = /^[0-9a-f]{64}$/
const hex64 = /^[0-9a-f]{128}$/
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const eventMembers =
  'at,detail,epoch,hash,object,objectId,operation,osUser,outcome,principal,principalId,sequence' as const

/** `undefined` for a text that is no line of an export. */
export function readLine(text: string): AuditLine | undefined {
  const members = parse(text)
  if (members === undefined) return undefined
  if ('format' in members) return readHeader(members)
  if ('end' in members) return readEnd(members['end'])
  return readEvent(members)
}

function readHeader({ format, storeId, publicKey, fingerprint, from }: Members): AuditLine | undefined {
  const place = readPlace(from)
  if (format !== 'sotto-audit/1' || place === undefined) return undefined
  if (!isText(storeId, uuid) || !isText(publicKey, hex32) || !isText(fingerprint, hex32)) return undefined
  const head = place.head.toString('hex')
  return { kind: 'header', header: { format, storeId, publicKey, fingerprint, from: { ...place, head } } }
}

function readEnd(given: unknown): AuditLine | undefined {
  const place = readPlace(given)
  const signature = isMembers(given) ? given['signature'] : undefined
  if (place === undefined || !isText(signature, hex64)) return undefined
  return { kind: 'end', end: { ...place, signature: Buffer.from(signature, 'hex') } }
}

function readEvent(members: Members): AuditLine | undefined {
  // A member more would be one that no hash covers.
  if (Object.keys(members).toSorted().join() !== eventMembers) return undefined
  const { epoch, sequence, at, hash, ...rest } = members
  const { principalId, principal, osUser, operation, outcome, object, objectId, detail } = rest
  const texts = [principalId, principal, osUser, operation, outcome, object, objectId, detail]
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
  // Only one text stands for each time, since the hash covers the milliseconds.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== at) return undefined
  if (!isCount(epoch) || !isCount(sequence) || !isText(hash, hex32)) return undefined
  if (!texts.every((text) => typeof text === 'string')) return undefined
  return {
    kind: 'event',
    event: {
      epoch,
      sequence,
      occurred_at: ms,
      principal_id: String(principalId),
      principal: String(principal),
      os_user: String(osUser),
      operation: String(operation),
      outcome: String(outcome),
      object: String(object),
      object_id: String(objectId),
      detail: String(detail),
      hash: Buffer.from(hash, 'hex'),
    },
  }
}

function readPlace(given: unknown): { epoch: number; sequence: number; head: Buffer } | undefined {
  if (!isMembers(given)) return undefined
  const { epoch, sequence, head } = given
  if (!isCount(epoch) || !isCount(sequence) || !isText(head, hex32)) return undefined
  return { epoch, sequence, head: Buffer.from(head, 'hex') }
}

function parse(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMembers(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isText(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && shape.test(value)
}
