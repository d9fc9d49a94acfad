/** Flavors of what needs no product: steps run on this machine, artifacts lie in a folder. */
import type { Flavor } from '@sotto/sdk/model'

export const localOrchestrator: Flavor = {
  type: 'orchestrator',
  name: 'local',
  builtIn: true,
  description: 'Runs each step as a process on this machine.',
  attributes: [],
}

export const localArtifactStore: Flavor = {
  type: 'artifact-store',
  name: 'local',
  builtIn: true,
  description: 'Keeps artifacts in a folder of this machine.',
  attributes: [
    {
      name: 'path',
      type: 'string',
      required: 'no',
      secret: false,
      description: 'Folder of the artifacts. Without one, a folder beside the store.',
    },
  ],
}
