import { branchRules, credentialVariables } from '../../config/branchRules.js';
import type { Config } from '../../config/schema.js';
import type { PipelineInput } from './stageGraph.js';

/** What the stage graph needs of a configuration. */
export function pipelineInput(config: Config): PipelineInput {
  return {
    application: config.application,
    needs: config.needs,
    branches: branchRules(config),
    releaseBranches: config.release?.branches ?? [],
    images: config.images,
    artifacts: config.artifacts,
    environments: config.environments,
    stages: config.stages,
    // Every stage tells Slack.
    credentialsOf: (part) => credentialVariables(config, [part, config.notifications]),
  };
}
