/** The end of a process in words. */
import type { ProcessEnd } from './process.ts'

/** `exited with code 3`, `was ended by SIGKILL (out of memory?)`. */
export function describeEnd({ exitCode, signal }: ProcessEnd): string {
  if (signal !== undefined) return `was ended by ${signal}${signal === 'SIGKILL' ? ' (was memory short?)' : ''}`
  return `exited with code ${String(exitCode ?? 0)}`
}
