/**
 * An artifact in a file of this machine. Apart from its verification, which is the supervisor's: node:crypto costs a
 * step's process 12 ms, a third of an empty one.
 */
import { readFileSync } from 'node:fs'
import type { ArtifactRecord, Json } from '@sotto/sdk/model'

export interface StoredArtifact extends ArtifactRecord {
  /** Where its bytes lie. */
  readonly path: string
}

/** The data of a verified artifact: JSON as data, any other as `{path, sizeBytes}`. */
export function loadArtifact({ codec, path, sizeBytes }: StoredArtifact): Json {
  if (codec !== 'json') return { path, sizeBytes }
  return JSON.parse(readFileSync(path, 'utf8')) as Json // it was written by JSON.stringify, or parsed before it was stored
}
