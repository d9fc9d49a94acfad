/** Which validation level holds. */
import { parseValidationLevel } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'

const variables = ['SOTTO_SECRET_VALIDATION_LEVEL', 'ZENML_SECRET_VALIDATION_LEVEL']

/** The given level, else that of the environment, else the default. An empty variable counts as not set. Code: `level_unknown`. */
export function validationLevel(
  given: ValidationLevel | undefined,
  env: { readonly [name: string]: string | undefined },
): ValidationLevel {
  if (given !== undefined) return parseValidationLevel(given, 'the options of the run')
  for (const variable of variables) {
    const text = env[variable]
    if (text !== undefined && text !== '') return parseValidationLevel(text, variable)
  }
  return 'SECRET_AND_KEY_EXISTS'
}
