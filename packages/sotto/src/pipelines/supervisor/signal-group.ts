/** Signals to process groups. */

/** Sends a signal to all processes of a group; a group that is gone is no matter. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // ESRCH: it has ended.
  }
}
