/** Keys, codes and passphrases that a person gives: by file, by standard input, or typed where nobody sees it. */
import { SottoError } from '@sotto/sdk/model'
import type { Call } from '../command.ts'
import { readFile, readStandardInput } from '../values/read-file.ts'

/** What `@FILE` or `@-` names, without the line break behind it. Codes: `usage`, `file_unreadable`. */
export async function readGiven({ context, input }: Call, option: string): Promise<string | undefined> {
  const given = input.text(option)
  if (given === undefined) return undefined
  if (!given.startsWith('@') || given.length === 1) {
    throw new SottoError('usage', `--${option} takes a file, never the text itself, which others could see`, {
      hint: `--${option}=@FILE, or --${option}=@- for standard input`,
    })
  }
  const bytes = given === '@-' ? await readStandardInput(context) : await readFile(context, given.slice(1))
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  bytes.fill(0)
  return text.replace(/\r?\n$/, '')
}

/** Asks for a new passphrase twice. Codes: `usage` where nobody can answer, `input_invalid` where the two differ. */
export async function askPassphrase({ ask }: Call): Promise<string> {
  if (!ask.canAsk) throw new SottoError('usage', 'the new passphrase is missing', { hint: '--passphrase=@FILE' })
  const first = await ask.hidden('New passphrase: ')
  if (first !== (await ask.hidden('The same again: ')))
    throw new SottoError('input_invalid', 'the two passphrases differ', { hint: 'nothing was changed; begin again' })
  return first
}
