/**
 * An `Api` that tells the runner of GitHub Actions each value before anybody has it, so that the runner masks it in the
 * log of the whole job: also where later steps print it, which Sotto does not see.
 */
import { operationNames } from '@sotto/sdk/model'
import type { Api, SecretValue } from '@sotto/sdk/model'
import type { Output } from '../context.ts'
import { commandLine } from './workflow-command.ts'

/**
 * Lines of a value that are shorter are not masked by themselves, in bytes: `}` of a key in JSON would tear holes into
 * every log. A value of one line is masked whatever its length.
 */
const leastLineBytes = 6

/** The same operations. Everything but plain values is masked. */
export function maskingApi(api: Api, stderr: Output): Api {
  const known = new Set<string>()
  const mask = (value: SecretValue): void => {
    for (const text of maskedTexts(value)) {
      if (known.has(text)) continue
      known.add(text)
      stderr.write(commandLine({ name: 'add-mask', data: text }))
    }
  }
  const masked: Pick<Api, 'resolveSecrets' | 'resolveReferences'> = {
    resolveSecrets: async (input) => {
      const answer = await api.resolveSecrets(input)
      for (const secret of answer.secrets) if (!secret.unchanged) maskSecret(secret, mask)
      return answer
    },
    resolveReferences: async (input) => {
      const answer = await api.resolveReferences(input)
      for (const secret of answer.secrets) maskSecret(secret, mask)
      for (const { value, plain } of answer.revealed) if (!plain) mask(value)
      return answer
    },
  }
  const passed = Object.fromEntries(operationNames.map((name) => [name, api[name].bind(api)]))
  return { ...(passed as unknown as Api), ...masked } // an entry for each operation
}

function maskSecret(
  secret: { readonly values: { readonly [key: string]: SecretValue }; readonly plain: readonly string[] },
  mask: (value: SecretValue) => void,
): void {
  for (const [key, value] of Object.entries(secret.values)) if (!secret.plain.includes(key)) mask(value)
}

/**
 * A log is masked line by line, so a value of several lines is given as its lines, and not as a whole: the runner would
 * take all of them then, short ones too. Bytes are printed as base64, or as they are where they are text.
 */
function maskedTexts({ data }: SecretValue): readonly string[] {
  const lines = data.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const texts = lines.map((line) => line.trim())
  const long = texts.filter((line) => Buffer.byteLength(line) >= leastLineBytes)
  return long.length === 0 ? texts : long
}
