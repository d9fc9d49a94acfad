/** Loads a pipeline from a user's file into this process. */
import { statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isSottoError, nearest, shown, SottoError, systemCode } from '@sotto/sdk/model'
import type { PipelineDefinition } from '../definitions.ts'
import { registry } from '../registry.ts'
import { installResolveHooks } from '../resolve-hooks.ts'
import { compilePipeline } from './compile.ts'
import { errorPlace } from './error-place.ts'
import type { Plan } from './plan.ts'

export interface LoadedPipeline {
  readonly plan: Plan
  /** The folder to which the files of the plan are relative, and in which its steps run. */
  readonly folder: string
}

const extensions = ['.ts', '.mts', '.js', '.mjs']

/** Splits `FILE#PIPELINE`. */
export function parsePipelineAddress(text: string): { readonly file: string; readonly name: string | undefined } {
  const at = text.lastIndexOf('#')
  return at < 0 ? { file: text, name: undefined } : { file: text.slice(0, at), name: text.slice(at + 1) }
}

/**
 * Imports the file and draws up the plan of its pipeline: the one it exports, or the one called `name` (of the
 * pipeline or of the export). Codes: `pipeline_invalid`, `file_unreadable`.
 */
export async function loadPipeline(file: string, name?: string): Promise<LoadedPipeline> {
  const path = resolve(file)
  requireFile(file, path)
  installResolveHooks()
  const exported = await importFile(file, path)
  const pipelines = new Map<PipelineDefinition, string>()
  for (const [as, value] of Object.entries<unknown>({ ...exported })) {
    const definition = typeof value === 'object' && value !== null ? registry().pipelines.get(value) : undefined
    if (definition !== undefined) pipelines.set(definition, as)
  }
  const definition = choose(file, pipelines, name)
  return { plan: (definition.plan ??= compilePipeline(definition)), folder: dirname(definition.file) }
}

function requireFile(file: string, path: string): void {
  const found = look(file, path)
  if (found === undefined)
    throw new SottoError('pipeline_invalid', `${shown(file)} does not exist`, {
      hint: 'give the path of a pipeline; sotto init writes one',
    })
  if (found.isDirectory())
    throw new SottoError('pipeline_invalid', `${shown(file)} is a folder`, {
      hint: 'give the file of a pipeline in it',
    })
  if (!extensions.includes(extname(path))) {
    throw new SottoError(
      'pipeline_invalid',
      `${shown(file)} is not a pipeline: its name ends in none of ${extensions.join(', ')}`,
      { hint: 'write the pipeline in TypeScript or JavaScript' },
    )
  }
}

/** What lies there; `undefined` where nothing does. A closed folder on the way is an error of its own. */
function look(file: string, path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const code = systemCode(error)
    throw new SottoError('file_unreadable', `${shown(file)} cannot be reached (${String(code)})`, {
      hint: 'look at the permissions of the folders that lead to it',
      cause: error,
    })
  }
}

async function importFile(file: string, path: string): Promise<object> {
  const state = registry()
  state.loading = true
  try {
    return (await import(pathToFileURL(path).href)) as object // a module's namespace
  } catch (error) {
    throw loadError(file, path, error)
  } finally {
    state.loading = false
  }
}

/** Says what the file did wrong, with the line where it can be told, and without the stack. */
function loadError(file: string, path: string, error: unknown): SottoError {
  if (isSottoError(error))
    return new SottoError(error.code, `${error.message} (${errorPlace(error, path) ?? file})`, {
      hint: error.hint,
      cause: error,
    })
  const code = systemCode(error)
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  const where = errorPlace(error, path) ?? file
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') {
    return new SottoError('pipeline_invalid', `${where} uses TypeScript that Node cannot strip: ${message}`, {
      hint: 'use only types that vanish: a const object instead of an enum, fields instead of parameter properties',
      cause: error,
    })
  }
  if (code === 'EACCES')
    return new SottoError('file_unreadable', `${file} cannot be read`, {
      hint: 'run as an account that may read it',
      cause: error,
    })
  if (code === 'ERR_MODULE_NOT_FOUND')
    return new SottoError('pipeline_invalid', `${where} imports something that is not there: ${message}`, {
      hint: 'install it in the project, or write the ending of the file: ./helper.ts',
      cause: error,
    })
  if (error instanceof SyntaxError)
    return new SottoError('pipeline_invalid', `${where} is not valid: ${message}`, {
      hint: 'mend the file there; an editor shows more of it',
      cause: error,
    })
  return new SottoError('pipeline_invalid', `${where} threw when it was loaded: ${message}`, {
    hint: 'code at the top of a pipeline runs whenever its file is loaded; move work into steps',
    cause: error,
  })
}

function choose(
  file: string,
  pipelines: ReadonlyMap<PipelineDefinition, string>,
  name: string | undefined,
): PipelineDefinition {
  const names = [...pipelines].map(([definition]) => definition.name)
  if (name !== undefined) {
    for (const [definition, as] of pipelines) if (definition.name === name || as === name) return definition
    const near = nearest(name, names)
    throw new SottoError('pipeline_invalid', `${shown(file)} exports no pipeline ${shown(name)}`, {
      hint:
        near !== undefined
          ? `did you mean ${file}#${near}?`
          : names.length > 0
            ? `it exports ${names.join(', ')}`
            : `write export const … = pipeline('${name}', …)`,
    })
  }
  const [first] = pipelines.keys()
  if (first === undefined)
    throw new SottoError('pipeline_invalid', `${shown(file)} exports no pipeline`, {
      hint: "write export const churn = pipeline('churn', …)",
    })
  if (pipelines.size > 1)
    throw new SottoError(
      'pipeline_invalid',
      `${shown(file)} exports ${String(pipelines.size)} pipelines: ${names.join(', ')}`,
      { hint: `say which: ${file}#${first.name}` },
    )
  return first
}
