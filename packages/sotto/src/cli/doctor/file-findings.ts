/** The store's file and its disk. */
import { inspectStoreFile } from '../../connect/inspect.ts'
import { sizeText } from '../backup/backup-words.ts'
import type { Environment } from '../context.ts'
import { asSottoError } from '../print/error.ts'
import type { Finding } from './finding.ts'

/** A backup, a rewrap and SQLite's log each need room. In bytes. */
const littleSpace = 64 * 1024 * 1024

export async function fileFindings(env: Environment): Promise<readonly Finding[]> {
  const name = 'store integrity'
  try {
    const { damage, sizeBytes, freeBytes, setAside } = await inspectStoreFile(env)
    const intact: Finding =
      damage.length === 0
        ? { name, state: 'ok', found: `pages, indexes and foreign keys of ${sizeText(sizeBytes)} are sound` }
        : { name, state: 'problem', found: damage.join('; '), next: 'sotto backup restore FILE' }
    return [intact, spaceFinding(freeBytes, sizeBytes), ...setAside.map(setAsideFinding)]
  } catch (error) {
    const { message, hint } = asSottoError(error)
    return [{ name, state: 'problem', found: message, ...(hint === undefined ? {} : { next: hint }) }]
  }
}

function spaceFinding(freeBytes: number, sizeBytes: number): Finding {
  const name = 'disk space'
  const found = `${sizeText(freeBytes)} free`
  if (freeBytes >= Math.max(littleSpace, sizeBytes)) return { name, state: 'ok', found }
  return { name, state: 'problem', found: `only ${found}`, next: 'free some space on the disk of the store' }
}

/** It holds every value of then, so nobody should forget it. */
function setAsideFinding({ path, sizeBytes }: { readonly path: string; readonly sizeBytes: number }): Finding {
  const isLeft = path.endsWith('.part')
  return {
    name: 'state before a restore',
    state: 'note',
    found: `${path} (${sizeText(sizeBytes)})${isLeft ? ', left by a restore that was killed' : ''}`,
    next: isLeft ? 'sotto backup restore FILE keeps or removes it, as it must' : 'delete it when you are sure',
  }
}
