/** The level that holds: the option, then `SOTTO_SECRET_VALIDATION_LEVEL`, then `ZENML_SECRET_VALIDATION_LEVEL`. */
import { parseValidationLevel } from '@sotto/sdk/model'
import type { ValidationLevel } from '@sotto/sdk/model'
import type { Environment } from '../context.ts'

/** `undefined` where none says anything. Code: `level_unknown`. */
export function validationLevel(option: string | undefined, env: Environment): ValidationLevel | undefined {
  if (option !== undefined) return parseValidationLevel(option, '--level')
  for (const name of ['SOTTO_SECRET_VALIDATION_LEVEL', 'ZENML_SECRET_VALIDATION_LEVEL']) {
    const text = env[name]
    if (text !== undefined && text !== '') return parseValidationLevel(text, name)
  }
  return undefined
}
