/** Reads `--label name=value`. */
import { emptyRecord, shown, SottoError } from '@sotto/sdk/model'

/** `undefined` where no label is given. An empty value removes a label in an update. Code: `usage`. */
export function parseLabels(given: readonly string[]): { readonly [label: string]: string } | undefined {
  if (given.length === 0) return undefined
  const labels = emptyRecord<string>()
  for (const label of given) {
    const at = label.indexOf('=')
    if (at < 1)
      throw new SottoError('usage', `--label ${shown(label)} has no value`, { hint: 'write it as --label team=risk' })
    labels[label.slice(0, at)] = label.slice(at + 1)
  }
  return labels
}
