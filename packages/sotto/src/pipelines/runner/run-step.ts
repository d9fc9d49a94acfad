/** Runs the function of a step and leaves its result in the result file. */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { SottoError } from '@sotto/sdk/model'
import { loadArtifact } from '../artifacts/stored-artifact.ts'
import type { StepContext } from '../authoring/context.ts'
import type { SecretDeclarations } from '../authoring/secret.ts'
import type { StepDefinition } from '../definitions.ts'
import { toJsonData } from '../json-data.ts'
import { evaluateMembers } from '../plan/evaluate.ts'
import { registry, stepKey } from '../registry.ts'
import type { StepPort } from '../../channel/step-port.ts'
import { installResolveHooks } from '../resolve-hooks.ts'
import type { StartMessage } from '../supervisor/messages.ts'
import { openSecrets } from './secrets.ts'
import { makeTracker } from './tracker.ts'

/** What of its process a step gets. */
export interface StepProcess {
  /** Asked for by a step that wants to know when it is cancelled. */
  readonly signal: () => AbortSignal
  /** Writes to its output. */
  readonly write: (text: string) => void
}

/** Codes: `pipeline_invalid` where the step is not in its file, `value_invalid` for a result that is not JSON data. */
export async function runStep(start: StartMessage, port: StepPort, own: StepProcess): Promise<void> {
  const definition = await importStep(start)
  const inputs = await evaluateMembers(start.inputs, start.parameters, async (step, output) => {
    const artifact = start.artifacts[step]?.[output]
    // A command without outputs leaves nothing but its end.
    return artifact === undefined ? null : loadArtifact(artifact)
  })
  const returned = await definition.run(inputs, makeContext(start, port, own))
  const what = `the result of step "${start.step.id}"`
  const result = toJsonData(returned, what)
  writeFileSync(start.resultFile, stringify(what, result), { mode: 0o600, flag: 'wx' })
}

/** The file that registers the step; where a factory in another file made it, the pipeline's file calls the factory. */
async function importStep(start: StartMessage): Promise<StepDefinition> {
  installResolveHooks()
  for (const file of new Set([start.file, start.pipelineFile])) {
    await import(pathToFileURL(file).href)
    const definition = registry().steps.get(stepKey(start.file, start.step.name))
    if (definition?.kind === 'function') return definition
  }
  throw new SottoError('pipeline_invalid', `${start.file} registers no step "${start.step.name}" when it is imported`, {
    hint: 'define steps at the top of a file, the same ones at each import',
  })
}

function makeContext(start: StartMessage, port: StepPort, own: StepProcess): StepContext<SecretDeclarations> {
  const context = {
    secrets: openSecrets(`step "${start.step.id}"`, start.secrets),
    log: (message: string): void => {
      own.write(`${message}\n`)
    },
    get signal(): AbortSignal {
      return own.signal()
    },
    run: start.run,
    step: start.step,
    attempt: start.attempt,
  }
  const { tracker } = start
  if (tracker !== null) return Object.assign(context, { tracker: makeTracker(tracker, port) })
  // Types are stripped: say what is missing instead of failing over `undefined`.
  return Object.defineProperty(context, 'tracker', {
    get() {
      throw new SottoError('pipeline_invalid', `step "${start.step.id}" does not declare the experiment tracker`, {
        hint: 'declare it: { tracker: true }',
      })
    },
  })
}

function stringify(what: string, result: unknown): string {
  try {
    return JSON.stringify(result)
  } catch (cause) {
    throw new SottoError('value_too_large', `${what} is too large for one JSON text`, {
      hint: 'write it to a file and return where it is, or return less',
      cause,
    })
  }
}
