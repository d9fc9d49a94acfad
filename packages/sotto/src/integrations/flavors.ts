/**
 * The flavors that are there without anybody registering them. Data only: every command that names a component loads
 * this file, so nothing here may load what talks to a product.
 */
import type { Flavor } from '@sotto/sdk/model'
import { localArtifactStore, localOrchestrator } from './local/flavor.ts'
import { mlflowTracker } from './mlflow/flavor.ts'

export const builtInFlavors: readonly Flavor[] = [localOrchestrator, localArtifactStore, mlflowTracker]
