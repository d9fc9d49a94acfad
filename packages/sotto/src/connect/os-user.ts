import { userInfo } from 'node:os'

/** The operating system's user name: a label of audit events only. Containers often run under a number without a name. */
export function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${String(process.getuid?.() ?? '')}`
  }
}
