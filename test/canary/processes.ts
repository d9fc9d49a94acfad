/** Watches the arguments and environments of all processes that a test starts, as any program of the same user could. */
import { readdirSync, readFileSync } from 'node:fs'

export interface Sighting {
  readonly pid: number
  readonly where: 'arguments' | 'environment'
  /** The program's arguments without the planted value. */
  readonly program: string
}

export interface Watch extends Disposable {
  /** Processes seen whose environment names the marker. */
  readonly seen: ReadonlySet<number>
  readonly sightings: readonly Sighting[]
}

/**
 * Looks every few milliseconds at each process whose environment holds `marker` (the home of the test), and notes those
 * in whose arguments or environment one of the forms stands. A process that `ignore` accepts may pass on what it asked
 * for to the processes that it starts. Needs Linux's /proc.
 */
export function watchProcesses(marker: string, forms: readonly string[], ignore: (program: string) => boolean): Watch {
  const seen = new Set<number>()
  const sightings: Sighting[] = []
  const ignored = new Set<number>()
  const look = (): void => {
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry)
      if (!Number.isInteger(pid) || pid === process.pid) continue
      const environment = read(pid, 'environ')
      if (!environment.includes(marker)) continue
      seen.add(pid)
      const program = read(pid, 'cmdline').replaceAll('\0', ' ')
      if (ignored.has(parentOf(pid)) || ignore(program)) {
        ignored.add(pid)
        continue
      }
      if (forms.some((form) => program.includes(form)))
        sightings.push({ pid, where: 'arguments', program: '(holds the value)' })
      if (forms.some((form) => environment.includes(form))) sightings.push({ pid, where: 'environment', program })
    }
  }
  const timer = setInterval(look, 3)
  return { seen, sightings, [Symbol.dispose]: () => clearInterval(timer) }
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? 0)
}

/** A process may end while it is looked at. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${String(pid)}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
