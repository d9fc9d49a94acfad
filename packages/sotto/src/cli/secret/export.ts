/** `sotto secret export NAME [--file FILE]`: all values, for another program. */
import type { Call } from '../command.ts'
import { exportText } from './export-text.ts'
import { revealSecret } from './get.ts'
import { scopeOf } from './scope.ts'

export async function exportSecret(call: Call): Promise<undefined> {
  const { input, print } = call
  const path = input.text('file')
  const place = path === undefined ? undefined : await (await import('./private-file.ts')).claimFile(call, path)
  const secret = await revealSecret(call, { secret: input.argument('NAME'), scope: scopeOf(input) })
  const { text, notes } = await exportText(secret, print.format)
  if (place === undefined) print.write(text)
  else {
    await place.write(text)
    print.say(
      `wrote ${Object.keys(secret.values).join(', ')} of secret "${secret.name}" (version ${String(secret.version)}) to ${place.path}, readable by you alone`,
    )
  }
  for (const note of notes) print.warn(note)
}
