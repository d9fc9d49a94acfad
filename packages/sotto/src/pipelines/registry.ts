/**
 * The one piece of global state: steps and pipelines as their files register them. It lies under a `Symbol.for`,
 * because the command line's bundle and the user's import of `sotto/pipelines` are two copies of this code in one
 * process and must see the same steps.
 */
import { SottoError } from '@sotto/sdk/model'
import type {
  BodyRecorder,
  CommandDefinition,
  HandleTarget,
  PipelineDefinition,
  StepDefinition,
} from './definitions.ts'

export interface Registry {
  /** Raised when the shape of this object changes. */
  readonly format: 1
  /** By `stepKey`. */
  readonly steps: Map<string, StepDefinition | CommandDefinition>
  readonly pipelines: WeakMap<object, PipelineDefinition>
  readonly handles: WeakMap<object, HandleTarget>
  /** Set while a pipeline's body runs. */
  building: BodyRecorder | undefined
  /** True while a program other than the file itself loads a pipeline's file: then `run()` is an error. */
  loading: boolean
}

const place = Symbol.for('sotto.pipelines')

/** The registry of this process, made at first use. */
export function registry(): Registry {
  const holder = globalThis as { [place]?: Registry } // the symbol is ours: only this function writes it
  const found = (holder[place] ??= {
    format: 1,
    steps: new Map(),
    pipelines: new WeakMap(),
    handles: new WeakMap(),
    building: undefined,
    loading: false,
  })
  // A copy of another release writes what this one cannot read; its type is what this release believes.
  if ((found.format as number) !== 1) {
    throw new SottoError(
      'pipeline_invalid',
      'two releases of sotto that do not fit together are loaded in this process',
      {
        hint: 'update the sotto of the project, or the sotto that runs it',
      },
    )
  }
  return found
}

/** A step is the file that registers it and its name in that file. */
export function stepKey(file: string, name: string): string {
  return `${file}\0${name}`
}

/** Enters a step; the same name twice in a file is refused with `pipeline_invalid`. */
export function registerStep(definition: StepDefinition | CommandDefinition): void {
  const { steps, building } = registry()
  if (building !== undefined) {
    throw new SottoError(
      'pipeline_invalid',
      `step "${definition.name}" is defined inside the body of pipeline "${building.pipeline}"`,
      {
        hint: 'define it at the top of a file: its process imports the file and runs no body',
      },
    )
  }
  const key = stepKey(definition.file, definition.name)
  if (steps.has(key)) {
    throw new SottoError('pipeline_invalid', `${definition.file} defines two steps named "${definition.name}"`, {
      hint: 'give each step of a file its own name; one step may be used several times in a pipeline',
    })
  }
  steps.set(key, definition)
}

/** The recorder of the body that runs now. Outside of one, `pipeline_invalid`. */
export function currentRecorder(what: string): BodyRecorder {
  const { building } = registry()
  if (building !== undefined) return building
  throw new SottoError('pipeline_invalid', `${what} was called outside the body of a pipeline`, {
    hint: 'call it inside pipeline(NAME, () => …); to test its function, define the function apart and give it to step()',
  })
}
