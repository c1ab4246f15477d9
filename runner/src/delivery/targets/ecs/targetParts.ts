import { createEcsApi, type EcsApi, type EcsScope } from '../../../adapters/aws/ecs.js';
import { createEcsTasks, type EcsTasks } from '../../../adapters/aws/ecsTasks.js';
import { lastLogLines } from '../../../adapters/aws/logs.js';
import type { Rollout } from '../../../context/target.js';
import type { DiagnosisScope } from './diagnosis.js';
import { rollingMover, type Mover } from './mover.js';
import type { Change } from './serviceChange.js';
import type { ServiceDescription, ServiceReader } from './serviceDescription.js';
import { SharedService } from './sharedService.js';
import { digestOf, findContainer } from './taskDefinition.js';
import type { EcsTargetOptions } from './targetOptions.js';

const LOG_LINES = 15;

/** What a target works with: its service, who else is a container of it, and what moves it. */
export interface TargetParts {
  readonly name: string;
  readonly options: EcsTargetOptions;
  readonly scope: EcsScope;
  readonly api: EcsApi;
  readonly tasks: EcsTasks;
  readonly reader: ServiceReader;
  readonly shared: SharedService;
  readonly mover: Mover;
}

/** Makes what the options leave out. */
export function createTargetParts(options: EcsTargetOptions): TargetParts {
  const { name, config, clock, aws, mover = rollingMover } = options;
  const scope = { cluster: config.cluster, service: config.service, environment: options.environmentName };
  const shared =
    options.shared ??
    new SharedService({
      scope,
      api: options.api ?? createEcsApi(aws, scope),
      tasks: options.tasks ?? createEcsTasks(aws, scope),
      clock,
      members: [{ name, config }],
    });
  const { api, tasks } = shared.parts;
  return { name, options, scope, api, tasks, reader: shared.reader, shared, mover };
}

/** `sha256:…` of what the target's container runs; undefined where it runs by tag. */
export const runningDigest = (
  { options }: Pick<TargetParts, 'options'>,
  { definition }: ServiceDescription,
): string | undefined => digestOf(findContainer(definition, options.config.container).image);

/** What changes of the service are made with. */
export const changeOf = ({ api, scope, name }: TargetParts, rollout: Rollout): Change => ({
  api,
  scope,
  rollout,
  subject: rollout.stage.subject(name),
});

/** What finds out why a task of the service failed. */
export function diagnosisOf(
  { options, api, scope, name }: TargetParts,
  { definition }: ServiceDescription,
  rollout: Rollout,
): DiagnosisScope {
  const { config, aws, clock } = options;
  return {
    api,
    clock,
    definition,
    container: findContainer(definition, config.container).name ?? '',
    ...scope,
    logLines: (stream, signal) => lastLogLines(aws, stream, LOG_LINES, signal),
    cleared: new Set(),
    triedAgain: new Set(),
    subject: rollout.stage.subject(name),
  };
}
