/**
 * Entry of a step's process, the same under every engine: waits for the start message, imports the file that
 * registers the step, calls its function and writes the result where the supervisor said. It holds no token: what
 * it needs later it asks over its channel. When the channel closes, the supervisor is gone and nobody would record
 * what this process does: it ends, with its whole group.
 */
import { SOCKET_VARIABLE } from '../channel/protocol.ts'
import { setStepPort } from '../channel/step-port.ts'
import { ChannelPort, failureOf } from './runner/channel-port.ts'
import { runStep } from './runner/run-step.ts'
import { signalGroup } from './supervisor/signal-group.ts'
import type { StartMessage, StepMessage, SupervisorMessage } from './supervisor/messages.ts'

const port = new ChannelPort((message, sent) => process.send?.(message, sent))
const cancelled = new AbortController()
/** Does the step look at its signal? Otherwise there is nothing to wait for when it is cancelled. */
let watched = false

setStepPort(port)

process.on('disconnect', () => {
  // The group is ours: the supervisor starts each step as the leader of one.
  signalGroup(process.pid, 'SIGKILL')
  process.exit(1)
})
process.on('SIGTERM', () => {
  cancelled.abort()
  if (!watched) process.exit(143)
})
process.on('SIGINT', () => {
  // A Ctrl-C at the terminal is for the supervisor, which cancels its steps.
})
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
process.on('message', (message: SupervisorMessage) => {
  if (message.kind === 'answer') port.receive(message)
  else void start(message)
})

async function start(message: StartMessage): Promise<void> {
  try {
    process.env[SOCKET_VARIABLE] = message.socket
    for (const name of message.dropVariables) Reflect.deleteProperty(process.env, name)
    await runStep(message, port, {
      signal: () => {
        watched = true
        return cancelled.signal
      },
      write: (text) => {
        process.stdout.write(text)
      },
    })
    await port.settled()
    leave({ kind: 'done' }, 0)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  leave({ kind: 'failed', failure: failureOf(error) }, 1)
}

/** process.exit() would drop what the pipes have not taken yet. */
function leave(message: StepMessage, exitCode: number): void {
  port.send(message, () => {
    process.stdout.write('', () => {
      process.stderr.write('', () => process.exit(exitCode))
    })
  })
}
