/** Declarations of what a command leaves in `SOTTO_OUTPUTS`. */
import { SottoError } from '@sotto/sdk/model'
import type { Json } from '@sotto/sdk/model'

declare const carried: unique symbol

/** One output: the file it lies in and how it is read. */
export interface CommandOutput<out T = unknown> {
  readonly codec: 'json' | 'file'
  /** Name in the folder; `NAME.json` or `NAME` when absent. */
  readonly fileName: string | undefined
  readonly [carried]?: T
}

/** A file as a step gets it: where it lies, for reading only. */
export interface FileArtifact {
  readonly path: string
  readonly sizeBytes: number
}

interface OutputFunctions {
  /** JSON, given to the next step as data. */
  json<T = Json>(fileName?: string): CommandOutput<T>
  /** Any file, given to the next step as a path. */
  file(fileName?: string): CommandOutput<FileArtifact>
}

/** `outputs: { metrics: output.json<{ accuracy: number }>(), model: output.file('model.pkl') }`. */
export const output: OutputFunctions = {
  json: (fileName) => declare('json', fileName),
  file: (fileName) => declare('file', fileName),
}

function declare(codec: 'json' | 'file', fileName: string | undefined): CommandOutput<never> {
  if (fileName !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(fileName)) {
    throw new SottoError('pipeline_invalid', `${JSON.stringify(fileName)} cannot be the file of an output`, {
      hint: 'a plain file name, of letters, digits and . _ -',
    })
  }
  return Object.freeze({ codec, fileName })
}
