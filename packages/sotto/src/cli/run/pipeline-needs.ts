/** What the pipeline of a file asks of the store, for commands that check without running. */
import { resolve } from 'node:path'
import type { CheckInput } from '@sotto/sdk/model'
import { loadPipeline, parsePipelineAddress } from '../../pipelines/plan/load.ts'
import type { LoadedPipeline } from '../../pipelines/plan/load.ts'
import { planRequirements } from '../../pipelines/plan/requirements.ts'
import type { CliContext } from '../context.ts'

/** Loads `FILE[#PIPELINE]` into this process. Codes: `pipeline_invalid`, `file_unreadable`. */
export function loadAddress(context: CliContext, address: string): Promise<LoadedPipeline> {
  const { file, name } = parsePipelineAddress(address)
  // As it was given where that is the same, since errors show it.
  return loadPipeline(context.cwd === process.cwd() ? file : resolve(context.cwd, file), name)
}

/** Settings and secrets that the pipeline and its steps name, to be checked together with a stack. */
export async function pipelineNeeds(
  context: CliContext,
  address: string,
): Promise<Required<Pick<CheckInput, 'settings' | 'secrets'>>> {
  return planRequirements((await loadAddress(context, address)).plan)
}
