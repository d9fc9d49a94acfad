/** Artifacts of the local engine: stored in files, handed from step to step as addresses, verified when they are read. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { SottoError } from '@sotto/sdk/model'
import type { Json } from '@sotto/sdk/model'
import { loadArtifact } from './stored-artifact.ts'
import type { StoredArtifact } from './stored-artifact.ts'

/** The data of an artifact, its digest verified. Codes: `value_corrupt`. */
export async function readArtifact(artifact: StoredArtifact): Promise<Json> {
  await verifyArtifact(artifact)
  return loadArtifact(artifact)
}

/** Refuses an artifact whose file does not have the recorded digest, with `value_corrupt`. */
export async function verifyArtifact(artifact: StoredArtifact): Promise<void> {
  const digest = await fileDigest(artifact.path).catch((cause: unknown) => {
    throw corrupt(artifact, 'cannot be read', cause)
  })
  if (digest !== artifact.digest) throw corrupt(artifact, 'has other bytes than were stored')
}

/** `sha256:` and 64 hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The digest of a file of any size. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return `sha256:${hash.digest('hex')}`
}

function corrupt(artifact: StoredArtifact, problem: string, cause?: unknown): SottoError {
  return new SottoError('value_corrupt', `artifact "${artifact.name}" (${artifact.digest}) ${problem}`, {
    hint: 'run the pipeline again; if it comes back, look at the disk of the artifact store',
    cause,
  })
}
