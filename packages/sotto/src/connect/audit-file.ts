/** Verifying an audit export needs no store: the one part of the service that is used without opening one. */
export { verifyAuditLines } from '../service/audit/audit-file.ts'
