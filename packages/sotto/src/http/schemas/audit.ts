/** Shapes of the inputs about the audit log. */
import type { AuditCheckpoint } from '@sotto/sdk/model'
import { timeRange } from './secret.ts'
import { number, object, oneOf, optional, text } from './shape.ts'
import type { Shape, Shapes } from './shape.ts'

const checkpoint: Shape<AuditCheckpoint> = object<AuditCheckpoint>({ epoch: number, sequence: number, head: text })

export const auditShapes: Pick<Shapes, 'listAudit' | 'verifyAudit' | 'exportAudit' | 'pruneAudit'> = {
  listAudit: object({
    principal: optional(text),
    operation: optional(text),
    outcome: optional(oneOf(['done', 'refused'])),
    object: optional(text),
    run: optional(text),
    time: optional(timeRange),
    after: optional(number),
    cursor: optional(text),
    limit: optional(number),
  }),
  verifyAudit: object({ fingerprint: optional(text), checkpoint: optional(checkpoint) }),
  exportAudit: object({ from: optional(number), limit: optional(number) }),
  pruneAudit: object({ through: checkpoint }),
}
