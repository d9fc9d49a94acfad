/**
 * The command line. It is the only part of Sotto that prints.
 *
 * One table (`table/`, a file per noun) declares every command: path, arguments, options, which `--NAME=VALUE`
 * are data, help and examples, and how its action is loaded. Parser, help, completion and
 * docs/reference/cli.md are made from it.
 *
 * To add a command:
 *   1. Write its action into `NOUN/VERB.ts`: `export async function verbNoun(call: Call): Promise<number | undefined>`.
 *      It reads `call.input` by the names of the table, asks `await call.api()`, and prints by `call.print`:
 *      `result` for data, `changed` for a write, `say` and `warn` for words. A failure is a thrown `SottoError`;
 *      a number it returns is the exit code. What it needs of process and terminal is in `call.context`.
 *   2. Declare it in `table/NOUN.ts` with `load: async () => (await import('../NOUN/VERB.ts')).verbNoun`, and a
 *      new noun in `table/nouns.ts`.
 *   3. Run the tests once with `--test-update-snapshots`: help is a snapshot.
 *
 * Start-up is a budget. This file, the parser and the table of one noun are all that a command loads before its
 * own action; what only some calls need (YAML, prompts, help) is imported where it is used.
 */
import type { CliContext } from './context.ts'
import { processContext } from './process-context.ts'
import { runCli, tellError } from './run.ts'

/** Which command runs: the loader keeps compiled code by command (scripts/loader.cjs). */
export let command: string | undefined

const context: CliContext = {
  ...processContext(),
  began(path) {
    command = path.join(' ')
  },
}

// What nobody awaits arrives here. Node would print the message, which may hold anything, and a line of our bundle.
process.on('uncaughtException', (error) => {
  process.exit(tellError(context, error))
})

// No top-level await: the bundle is no module. The exit code is set and not forced, so that output drains.
void runCli(context).then((code) => {
  process.exitCode = code
})
