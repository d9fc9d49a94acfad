/** How a revealed value is written to the reader that is there. */
import type { SecretValue } from '@sotto/sdk/model'
import { valueBytes } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { safeLines } from '../print/text.ts'

/** A program gets the exact bytes and nothing else. A terminal gets them safe to look at, with a line break. */
export function writeValue({ context, print }: Call, value: SecretValue): undefined {
  if (!context.stdout.isTerminal) {
    print.write(valueBytes(value))
    return
  }
  const text = safeLines(value.data)
  print.write(text.endsWith('\n') ? text : `${text}\n`)
  if (value.encoding === 'base64')
    print.say('the value is bytes, shown as base64; write it to a file or a pipe for the bytes')
  else if (text !== value.data)
    print.say('the value has control characters, shown as escapes; write it to a file or a pipe for the exact text')
}
