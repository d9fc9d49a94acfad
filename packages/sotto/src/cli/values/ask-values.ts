/** Asks for keys and values: `-i`. */
import { isKeyName, shown, SottoError } from '@sotto/sdk/model'
import type { SecretValue } from '@sotto/sdk/model'
import type { Call } from '../command.ts'

/**
 * Adds the answers to `values`. An empty key ends; the names are shown, and only then is anything written.
 * Codes: `usage` without a terminal, `interrupted`.
 */
export async function askValues(
  call: Call,
  values: Record<string, SecretValue>,
  read: (text: string) => Promise<SecretValue>,
): Promise<void> {
  const { ask, print, context } = call
  if (!ask.canAsk)
    throw new SottoError('usage', '-i needs a terminal', {
      hint: 'give values with --KEY=VALUE, --values=@FILE or --values=@-',
    })
  context.stderr.write(
    'Values do not show while you type; @FILE reads a file. An empty key ends, Ctrl-C writes nothing.\n',
  )
  for (;;) {
    const key = (await ask.line('key: ')).trim()
    if (key === '') break
    if (!isKeyName(key))
      print.warn(`${shown(key)} cannot be a key: 1 to 128 of A-Z a-z 0-9 _ . -, beginning with a letter or _`)
    else if (Object.hasOwn(values, key)) print.warn(`${shown(key)} is given already`)
    else values[key] = await askValue(call, key, read)
  }
  const keys = Object.keys(values)
  if (keys.length === 0) return
  if (!(await ask.confirm(`Store ${keys.join(', ')}?`, { enter: true })))
    throw new SottoError('interrupted', 'stopped; nothing was written')
  ask.done()
}

/** A file that cannot be read is asked for again; what was typed before is not lost. */
async function askValue(
  { ask, print }: Call,
  key: string,
  read: (text: string) => Promise<SecretValue>,
): Promise<SecretValue> {
  for (;;) {
    try {
      return await read(await ask.hidden(`value of ${key}: `))
    } catch (error) {
      if (!(error instanceof SottoError) || error.code === 'interrupted') throw error
      print.warn([error.message, error.hint ?? []].flat().join('; '))
    }
  }
}
