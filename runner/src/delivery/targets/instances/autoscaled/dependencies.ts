import type { AutoScaling } from '../../../../adapters/aws/autoScaling.js';
import type { MadeTemplate, TemplateRequest } from '../../../../adapters/aws/launchTemplates.js';
import type { TemplateVersion } from '../../../../domain/scalingGroup.js';
import type { InstancesDependencies } from '../dependencies.js';
import type { InstancesConfig } from '../schema.js';

/** What a target that is an autoscaling group works with. */
export interface AutoscaledDependencies extends InstancesDependencies {
  readonly settings: NonNullable<InstancesConfig['autoscaling']>;
  readonly scaling: () => Promise<AutoScaling>;
  /** The launch template that deploys make versions of; the one of the configuration is only read. */
  readonly templates: {
    versions(name: string, signal: AbortSignal): Promise<readonly MadeTemplate[]>;
    make(request: TemplateRequest, signal: AbortSignal): Promise<TemplateVersion>;
  };
}
