/** Commands of runs. */
import { runStates } from '@sotto/sdk/model'
import type { ArgumentSpec, CommandSpec } from '../command.ts'
import { levelOption } from './stack.ts'

const runOrNewest: ArgumentSpec = {
  name: 'RUN',
  help: 'Id of the run, or at least 6 characters of its beginning or end; the newest run without it',
  optional: true,
}

const start: CommandSpec = {
  path: ['run', 'start'],
  summary: 'Run a pipeline on this machine, after every reference was checked',
  examples: [
    { line: 'sotto run start churn.ts --limit=50', about: 'the pipeline of a file, with a parameter' },
    {
      line: 'sotto run start pipelines.ts#churn --stack prod --json',
      about: 'one of several, on a stack; the run as JSON',
    },
  ],
  details: [
    'A reference that cannot be resolved ends the command with 7 before the first step. Each step runs in a process of its own; what it prints is masked, shown and kept. Ctrl-C asks the steps to end, a second one kills them; the run is recorded as cancelled and the command ends with 130.',
    'The stack and the level come from the option, then SOTTO_STACK and SOTTO_SECRET_VALIDATION_LEVEL, then sotto.yaml, then the active stack and the default. A parameter is read as JSON where it is JSON, else as text.',
  ],
  arguments: [
    { name: 'FILE', help: 'The file of the pipeline; FILE#NAME where it exports several', completes: 'pipeline' },
  ],
  attributes: { reserved: 'run', shown: '--PARAM=VALUE', help: 'A parameter of the pipeline' },
  options: [
    { name: 'stack', kind: 'text', value: 'S', help: 'Name or id of the stack', completes: 'stack' },
    levelOption,
  ],
  load: async () => (await import('../run/start.ts')).startRun,
}

const list: CommandSpec = {
  path: ['run', 'list'],
  summary: 'List runs, newest first',
  examples: [
    { line: 'sotto run list --state failed', about: 'what went wrong' },
    { line: 'sotto run list --pipeline churn --limit 1 --json', about: 'the last one, for a program' },
  ],
  options: [
    { name: 'pipeline', kind: 'text', value: 'NAME', help: 'Runs of this pipeline' },
    { name: 'stack', kind: 'text', value: 'S', help: 'Runs on this stack', completes: 'stack' },
    {
      name: 'state',
      kind: 'text',
      value: 'STATE',
      choices: runStates,
      help: 'running, completed, failed or cancelled',
    },
    { name: 'limit', kind: 'integer', value: 'N', help: 'At most so many; 100 without it' },
  ],
  load: async () => (await import('../run/list.ts')).listRuns,
}

const show: CommandSpec = {
  path: ['run', 'show'],
  summary: 'Show the steps of a run with states, times and outputs',
  examples: [
    { line: 'sotto run show', about: 'the newest run' },
    { line: 'sotto run show 5d0cbe2a7f31 --json', about: 'one by the end of its id, with its plan' },
  ],
  arguments: [runOrNewest],
  load: async () => (await import('../run/show.ts')).showRun,
}

const logs: CommandSpec = {
  path: ['run', 'logs'],
  summary: 'Print what the steps of a run printed, masked',
  examples: [
    { line: 'sotto run logs', about: 'of the newest run' },
    { line: 'sotto run logs 5d0cbe2a7f31 --step train -f', about: 'of one step, going on until the run has ended' },
  ],
  arguments: [runOrNewest],
  options: [
    { name: 'step', kind: 'text', value: 'STEP', help: 'Only this step' },
    { name: 'follow', short: 'f', kind: 'flag', help: 'Go on until the run has ended' },
  ],
  outputs: ['value'],
  load: async () => (await import('../run/logs.ts')).showLogs,
}

const secrets: CommandSpec = {
  path: ['run', 'secrets'],
  summary: 'Show which step of a run read which version of which secret',
  examples: [
    { line: 'sotto run secrets', about: 'of the newest run' },
    { line: 'sotto run secrets 5d0cbe2a7f31 --json', about: 'for a program' },
  ],
  details: [
    'DECLARED is no where a step asked for a secret by name, with new Client().getSecret(NAME), that it did not declare.',
  ],
  arguments: [runOrNewest],
  load: async () => (await import('../run/secrets.ts')).showRunSecrets,
}

export const runCommands: readonly CommandSpec[] = [start, list, show, logs, secrets]
