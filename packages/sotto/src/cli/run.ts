/** Runs one command line from its arguments to its exit code. */
import { isSottoError, SottoError } from '@sotto/sdk/model'
import type { Api } from '@sotto/sdk/model'
import type { Call, CommandSpec, OutputFormat } from './command.ts'
import { OutputClosed } from './context.ts'
import type { CliContext, Environment } from './context.ts'
import { runnerReads } from './github/workflow-command.ts'
import { findCommand } from './parse/find-command.ts'
import { parseInput } from './parse/parse.ts'
import type { ParsedInput } from './parse/parsed-input.ts'
import { printError } from './print/error.ts'
import { Printer } from './print/printer.ts'
import { Asker } from './prompt/asker.ts'
import { outputsOf } from './table/common-options.ts'
import { nouns } from './table/nouns.ts'

/** Gives the exit code; prints every failure itself. */
export async function runCli(context: CliContext): Promise<number> {
  try {
    return await dispatch(context)
  } catch (error) {
    if (error instanceof OutputClosed) return 0
    const code = tellError(context, error)
    if (isSottoError(error, 'check_failed') && runnerReads(context) && !wantsJson(givenBeforeEnd(context.argv))) {
      const { annotateCheck } = await import('./github/annotations.ts')
      annotateCheck(context, error)
    }
    return code
  }
}

/** Prints a failure and gives its exit code. */
export function tellError(context: CliContext, error: unknown): number {
  const options = givenBeforeEnd(context.argv)
  return printError(context, error, { structured: wantsJson(options), debug: options.includes('--debug') })
}

async function dispatch(context: CliContext): Promise<number> {
  const found = await findCommand(nouns, context.argv)
  if (found.command === undefined) {
    const { showLevel } = await import('./help/show-level.ts')
    return showLevel(context, nouns, found)
  }
  const input = parseInput(found.command, found.argv)
  if (input.flag('help')) {
    const { commandHelp } = await import('./help/command-help.ts')
    context.stdout.write(commandHelp(found.command, context))
    return 0
  }
  return call(context, found.command, input)
}

async function call(context: CliContext, spec: CommandSpec, input: ParsedInput): Promise<number> {
  const print = new Printer(context, { format: formatOf(spec, input), quiet: input.flag('quiet') })
  const ask = new Asker(context, { yes: input.flag('yes') })
  const store = new Store({ ...context, env: connectionEnv(context.env, input) }, ask)
  const action = await spec.load()
  context.began?.(spec.path)
  const given: Call = {
    spec,
    input,
    print,
    context,
    ask,
    api: () => store.api(),
  }
  try {
    return (await action(given)) ?? 0
  } finally {
    ask.done()
    await store.close()
  }
}

/** Options say where to connect before the variables do. */
function connectionEnv(env: Environment, input: ParsedInput): Environment {
  const [workspace, tokenFile] = [input.text('workspace'), input.text('token-file')]
  return {
    ...env,
    ...(workspace === undefined ? {} : { SOTTO_WORKSPACE: workspace }),
    ...(tokenFile === undefined ? {} : { SOTTO_TOKEN_FILE: tokenFile }),
  }
}

/** The connection of one call: made on first use, closed at the end. */
class Store {
  readonly #context: CliContext
  readonly #ask: Asker
  #connection: ReturnType<CliContext['connect']> | undefined

  constructor(context: CliContext, ask: Asker) {
    this.#context = context
    this.#ask = ask
  }

  async api(): Promise<Api> {
    this.#connection ??= this.#connectMasked()
    return (await this.#connection).api
  }

  /** In a step the run has told the runner already, and what we print is masked by it. */
  async #connectMasked(): ReturnType<CliContext['connect']> {
    const connection = await this.#connect()
    if (!runnerReads(this.#context) || this.#context.env['SOTTO_STEP_SOCKET'] !== undefined) return connection
    const { maskingApi } = await import('./github/masking-api.ts')
    return { api: maskingApi(connection.api, this.#context.stderr), close: () => connection.close() }
  }

  async #connect(): ReturnType<CliContext['connect']> {
    const { connect, env } = this.#context
    try {
      return await connect({ env })
    } catch (error) {
      const wantsPassphrase = isSottoError(error, 'key_missing') && error.details['kind'] === 'passphrase'
      if (!wantsPassphrase || !this.#ask.canAsk) throw error
      const passphrase = await this.#ask.hidden('Passphrase of the store: ')
      this.#ask.done()
      return await connect({ env: { ...env, SOTTO_PASSPHRASE: passphrase } })
    }
  }

  async close(): Promise<void> {
    // A connection that failed has told why to whoever asked for it, and leaves nothing to close.
    const connection = await this.#connection?.catch(() => undefined)
    await connection?.close()
  }
}

function formatOf(spec: CommandSpec, input: ParsedInput): OutputFormat {
  const outputs = outputsOf(spec)
  const [first = 'table'] = outputs
  const named = input.text('output')
  if (!input.flag('json')) return outputs.find((format) => format === named) ?? first
  if (!outputs.includes('json'))
    throw new SottoError('usage', `sotto ${spec.path.join(' ')} has no output "json"`, {
      hint: `-o ${outputs.join(', -o ')}`,
    })
  if (named !== undefined && named !== 'json')
    throw new SottoError('usage', '--json and -o name different formats', { hint: 'give one of them' })
  return 'json'
}

/** Before a command line is parsed, or where that failed, these two still decide how the failure is told. */
function givenBeforeEnd(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) =>
      word === '--json' ||
      /^(-o=?|--output=)json$/.test(word) ||
      (word === 'json' && /^(-o|--output)$/.test(argv[index - 1] ?? '')),
  )
}
