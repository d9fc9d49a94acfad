/** The switch `declared-secrets`: the innermost place wins. */
import { nearest, namedSettings, SottoError } from '@sotto/sdk/model'
import type { JsonObject } from '@sotto/sdk/model'

const SETTING = 'declared-secrets'
const words = namedSettings[SETTING]

/** What holds for a step; `settings` outermost first. Another word: `attribute_invalid`. */
export function declaredMode(settings: readonly JsonObject[]): 'recorded' | 'required' {
  const given = settings.map((each) => each[SETTING]).findLast((value) => value !== undefined) ?? 'recorded'
  const word = words.find((each) => each === given)
  if (word !== undefined) return word
  const near = typeof given === 'string' ? nearest(given, words) : undefined
  throw new SottoError('attribute_invalid', `setting ${SETTING} is ${JSON.stringify(given)}`, {
    hint: `use ${near ?? words.join(' or ')}`,
  })
}
