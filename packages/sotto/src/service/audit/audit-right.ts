import type { Call } from '../call.ts'

/** The right to the audit log, which is one object. */
export function requireAudit(call: Call): void {
  call.ask('audit')
  call.require({ kind: 'audit', name: 'audit' })
}
