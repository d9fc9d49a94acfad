import { SottoError } from '@sotto/sdk/model'
import { AuditCopy } from './audit-copy.ts'
import { CommandTarget } from './command-target.ts'
import type { CopyParts } from './copy-target.ts'
import { FileTarget } from './file-target.ts'

/**
 * The copy that `SOTTO_AUDIT_COPY` asks for: `file:/PATH` or `command:COMMAND`; `undefined` where it is not set. Throws
 * `audit_copy_failed` for another text: an audit that was asked for in words nobody understands must not be left out.
 */
export function openAuditCopy(parts: CopyParts): AuditCopy | undefined {
  const given = parts.env['SOTTO_AUDIT_COPY']
  if (given === undefined || given === '') return undefined
  const [, kind, where = ''] = /^(file|command):(.+)$/s.exec(given) ?? []
  if (kind === 'command') return new AuditCopy(new CommandTarget(parts, where))
  if (kind === 'file' && where.startsWith('/')) return new AuditCopy(new FileTarget(parts, where))
  throw new SottoError('audit_copy_failed', 'SOTTO_AUDIT_COPY names neither a file nor a command', {
    hint: 'write SOTTO_AUDIT_COPY=file:/PATH/audit.jsonl or SOTTO_AUDIT_COPY=command:COMMAND; nothing was done',
  })
}
