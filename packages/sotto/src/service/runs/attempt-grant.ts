/**
 * What a new attempt may read beside the secrets that its step declares, and what holds for all others. It is kept with
 * the attempt, so that whoever acts for it later can ask for nothing else.
 */
import { isSottoError } from '@sotto/sdk/model'
import type { AttemptInput, Json, PlacedSettings, RunInput } from '@sotto/sdk/model'
import type { AttemptRow, RunRow } from '../../store/runs.ts'
import type { Call } from '../call.ts'
import { loadUsedStack } from '../references/reference-layers.ts'
import type { UsedStack } from '../references/reference-layers.ts'
import { attemptRequest } from '../references/reference-request.ts'
import type { HeldSecret } from '../secrets/secret-reads.ts'
import { storedSettings } from '../stacks/stack-lookup.ts'

type AttemptGrant = Pick<AttemptRow, 'declared_mode' | 'held'>

const modeSetting = 'declared-secrets'

/**
 * What the components and settings of the step refer to. Where that cannot be told (the stack is gone, a setting fits
 * nothing), the attempt holds nothing: its resolution says why.
 */
export async function grantOf(call: Call, run: RunRow, input: AttemptInput): Promise<AttemptGrant> {
  const { settings: all = [] } = JSON.parse(run.requirements) as RunInput['requirements'] // as createRun wrote it
  const settings = all.filter(({ place }) => !place.startsWith('step ') || place === `step ${input.step}`)
  try {
    const stack = await loadUsedStack(call, input.stack ?? run.stack, 'read')
    const { questions } = attemptRequest(stack, { components: input.components, settings })
    const held = questions.flatMap((question): HeldSecret[] => {
      if (question.kind !== 'secret') return []
      const { secret: name, key, version } = question
      return [
        {
          name,
          ...(key === undefined ? {} : { keys: [key] }),
          ...(version === undefined ? {} : { version }),
        },
      ]
    })
    return { declared_mode: modeOf(stack, settings), held: JSON.stringify(held) }
  } catch (error) {
    if (!isSottoError(error) || error.status >= 500) throw error
    return { declared_mode: modeOf(undefined, settings), held: '[]' }
  }
}

/** The innermost wins. A word that is none of the setting refuses, as does whatever else is not known. */
function modeOf(stack: UsedStack | undefined, settings: readonly PlacedSettings[]): 'recorded' | 'required' {
  const ofStack: Json | undefined = stack && storedSettings(stack.row)[modeSetting]?.value
  const innermost = settings.map((each) => each.settings[modeSetting]).findLast((value) => value !== undefined)
  return (innermost ?? ofStack ?? 'recorded') === 'recorded' ? 'recorded' : 'required'
}
