/** The run of one attempt at the experiment tracker: the supervisor holds it, the step only asks. */
import { SottoError } from '@sotto/sdk/model'
import type { ResolvedComponent } from '@sotto/sdk/model'
import type { Redactor } from '../../redaction/redactor.ts'
import type { EndState } from '../engine/observer.ts'
import type { TrackedAttempt, TrackerProvider, TrackerRun } from '../tracker.ts'

type Operations = { readonly [operation: string]: (input: unknown) => Promise<unknown> }

export class TrackerSession {
  readonly id: string
  readonly url: string
  private readonly run: TrackerRun
  private readonly redactor: Redactor
  /** Calls of one run are made one after another. */
  private last: Promise<unknown> = Promise.resolve()

  constructor(run: TrackerRun, redactor: Redactor) {
    this.run = run
    this.redactor = redactor
    this.id = run.id
    this.url = run.url
  }

  /** Variables with which a command joins the run. Holds credentials. */
  environment(): { readonly [name: string]: string | undefined } {
    return this.run.environment()
  }

  /** Closes the run, after the calls that are under way. */
  async finish(state: EndState): Promise<void> {
    await this.inTurn(() => this.run.finish(state))
  }

  /** What a step may ask over its channel. Texts are redacted before the product sees them. */
  operations(): Operations {
    return {
      'tracker.logMetrics': async (input) => {
        const { metrics, step } = readMetrics(input)
        await this.inTurn(() => this.run.logMetrics(this.redactKeys(metrics), step))
      },
      'tracker.logParams': async (input) => {
        const params = this.redactTexts(readTexts(input, 'params'))
        await this.inTurn(() => this.run.logParams(params))
      },
      'tracker.setTags': async (input) => {
        const tags = this.redactTexts(readTexts(input, 'tags'))
        await this.inTurn(() => this.run.setTags(tags))
      },
      'tracker.logArtifact': async (input) => {
        const { path, data } = readArtifactInput(input)
        const masked = this.redactor.redactBytes(data)
        await this.inTurn(() => this.run.logArtifact(this.redactor.redact(path), masked))
      },
    }
  }

  private async inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.last.then(call)
    this.last = turn.catch(() => {})
    return await turn
  }

  private redactTexts(texts: { readonly [name: string]: string }): { readonly [name: string]: string } {
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [this.redactor.redact(name), this.redactor.redact(text)]),
    )
  }

  private redactKeys(metrics: { readonly [name: string]: number }): { readonly [name: string]: number } {
    return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [this.redactor.redact(name), value]))
  }
}

/** Opens the run at the product of the stack's tracker. Codes: `unsupported` for a flavor without provider, and the provider's. */
export async function openTracker(
  component: ResolvedComponent,
  providers: readonly TrackerProvider[],
  attempt: Omit<TrackedAttempt, 'holdsValue'>,
  redactor: Redactor,
): Promise<TrackerSession> {
  const provider = providers.find((each) => each.flavor === component.flavor)
  if (provider === undefined) {
    throw new SottoError(
      'unsupported',
      `experiment tracker "${component.name}" is of flavor "${component.flavor}", which runs cannot use`,
      { hint: `use one of flavor ${providers.map((each) => each.flavor).join(', ')}` },
    )
  }
  const holdsValue = (text: string): boolean => redactor.redact(text) !== text
  return new TrackerSession(await provider.open(component, { ...attempt, holdsValue }), redactor)
}

function member(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
    ? Reflect.get(input, name)
    : undefined
}

function readMetrics(input: unknown): {
  readonly metrics: { readonly [name: string]: number }
  readonly step: number | undefined
} {
  const [metrics, step] = [member(input, 'metrics'), member(input, 'step')]
  if (typeof metrics !== 'object' || metrics === null) throw refused('metrics is not an object of numbers')
  const bad = Object.entries(metrics).find(([, value]) => typeof value !== 'number' || !Number.isFinite(value))
  if (bad !== undefined) throw refused(`metric "${bad[0]}" is not a finite number`)
  if (step !== undefined && !Number.isSafeInteger(step)) throw refused('the step of a metric is not a whole number')
  return { metrics: metrics as { readonly [name: string]: number }, step: step as number | undefined } // looked at above
}

function readTexts(input: unknown, name: string): { readonly [name: string]: string } {
  const texts = member(input, name)
  if (typeof texts !== 'object' || texts === null || Object.values(texts).some((text) => typeof text !== 'string'))
    throw refused(`${name} is not an object of texts`)
  return texts as { readonly [name: string]: string } // looked at above
}

function readArtifactInput(input: unknown): { readonly path: string; readonly data: Uint8Array } {
  const [path, data] = [member(input, 'path'), member(input, 'dataBase64')]
  if (typeof path !== 'string' || typeof data !== 'string')
    throw refused('an artifact takes {"path": TEXT, "dataBase64": TEXT}')
  const parts = path.split('/')
  const plain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !/[\0\\]/.test(part))
  if (!plain) throw refused(`the path ${JSON.stringify(path)} of an artifact is not relative and plain`)
  return { path, data: Buffer.from(data, 'base64') }
}

function refused(message: string): SottoError {
  return new SottoError('input_invalid', message)
}
