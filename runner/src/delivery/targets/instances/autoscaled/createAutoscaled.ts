import { createAutoScaling } from '../../../../adapters/aws/autoScaling.js';
import type { AwsClients } from '../../../../adapters/aws/clients.js';
import { makeTemplate, templateVersions } from '../../../../adapters/aws/launchTemplates.js';
import { once } from '../../../../base/once.js';
import type { InstancesDependencies } from '../dependencies.js';
import { AutoscaledTarget } from './autoscaledTarget.js';
import type { AutoscaledDependencies } from './dependencies.js';

/** A target that is an autoscaling group. */
export function createAutoscaled(
  aws: AwsClients,
  dependencies: InstancesDependencies,
  settings: AutoscaledDependencies['settings'],
): AutoscaledTarget {
  return new AutoscaledTarget({
    ...{ ...dependencies, settings },
    scaling: once(async () => createAutoScaling(aws, settings.group)),
    templates: {
      versions: (name, signal) => templateVersions(aws, name, signal),
      make: (request, signal) => makeTemplate(aws, request, signal),
    },
  });
}
