/**
 * Walks the chain of the present epoch from its beginning: every hash follows from the event before, the last one is the
 * signed head; then the epochs before it. Without something that is kept elsewhere (the fingerprint of the signing key, or a checkpoint) the result
 * is "consistent, not authenticated": a store that was replaced as a whole, key and all, looks consistent too. Then the
 * rows are held against what the events say of them: see `row-history.ts`.
 *
 * All of it is one snapshot, so that chain and rows are of one moment and nobody waits for the walk.
 */
import type { AuditVerification, AuditVerifyInput } from '@sotto/sdk/model'
import type { Keyring } from '../../keys/keyring.ts'
import { verifyHead } from '../../store/audit-chain.ts'
import { readStoredKeyring } from '../../store/live-keyring.ts'
import type { LiveKeyring } from '../../store/live-keyring.ts'
import type { Transaction } from '../../store/store.ts'
import { Rows } from '../../store/rows.ts'
import { verifyEarlierEpochs } from './audit-epochs.ts'
import { readSignedHead, walkChain } from './audit-walk.ts'
import type { ServiceParts } from '../parts.ts'

export async function verifyChain(
  parts: Pick<ServiceParts, 'store' | 'keyring'>,
  input: AuditVerifyInput,
): Promise<AuditVerification> {
  return parts.store.snapshot(async (tx) => {
    const keyring = await keyringOf(tx, parts.keyring)
    const rows = new Rows(tx, { current: keyring })
    const fingerprint = keyring.auditFingerprint
    const signed = await readSignedHead(tx)
    if (signed === undefined) return broken(keyring, ['the head of the chain is missing'])
    const walk = await walkChain({ tx, rows, keyring, signed }, input.checkpoint)
    if (!verifyHead(keyring, signed))
      walk.note(`the signature of the head, event ${String(signed.sequence)}, does not hold`)
    walk.end(signed)
    await walk.history.compare(rows)
    const otherKeyring = walk.keyring.compare((await readStoredKeyring(tx)).generation)
    if (otherKeyring !== undefined) walk.note(otherKeyring)
    const earlier = await verifyEarlierEpochs({ tx, rows, keyring, signed }, input.checkpoint)
    for (const problem of earlier.problems) walk.note(problem)
    if (input.fingerprint !== undefined && !sameFingerprint(input.fingerprint, fingerprint))
      walk.note(`the store is signed by another key, whose fingerprint is ${fingerprint}`)
    const kept = input.fingerprint !== undefined || input.checkpoint !== undefined
    const { problems } = walk
    return {
      result: problems.length > 0 ? 'broken' : kept ? 'authenticated' : 'consistent, not authenticated',
      events: walk.count + earlier.events,
      fingerprint,
      checkpoint: { epoch: signed.epoch, sequence: signed.sequence, head: Buffer.from(signed.head).toString('hex') },
      problems,
      ...(earlier.accepted === undefined ? {} : { accepted: earlier.accepted }),
    }
  })
}

/** Another process may have changed the keys since the call began; an older keyring in the place of ours is for the walk to name. */
async function keyringOf(tx: Transaction, live: LiveKeyring): Promise<Keyring> {
  const row = await tx.get('SELECT generation, blob FROM keyring WHERE id = 1')
  const { generation, blob } = row ?? {}
  const isAhead = typeof generation === 'number' && generation > live.current.generation
  return isAhead && blob instanceof Uint8Array ? live.openCopy(blob) : live.current
}

/** People write it with `SHA256:` before it, or in capitals. */
export function sameFingerprint(given: string, fingerprint: string): boolean {
  return given.replace(/^sha256:/i, '').toLowerCase() === fingerprint
}

function broken(keyring: Keyring, problems: readonly string[]): AuditVerification {
  const checkpoint = { epoch: 0, sequence: 0, head: '' }
  return { result: 'broken', events: 0, fingerprint: keyring.auditFingerprint, checkpoint, problems }
}
