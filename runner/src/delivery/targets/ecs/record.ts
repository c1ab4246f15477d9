import type { TargetRecord } from '../../../domain/records.js';
import type { MigrationRecord } from '../../../domain/migration.js';
import { shortName } from '../../../domain/ecsService.js';
import { headerLines } from '../../rules/checkCommands.js';
import type { ProbeRoute } from './endpoints.js';
import type { Pause } from './mover.js';
import { isNative, type StrategyConfig } from './strategySchema.js';
import type { TargetParts } from './targetParts.js';

/** What a deploy or a way back found out. */
export interface DeployFindings {
  readonly taskDefinition: string;
  readonly digest: string | undefined;
  readonly route?: ProbeRoute;
  /** What the verdict rests on. */
  readonly proof?: string | undefined;
  readonly migrated?: MigrationRecord | undefined;
  readonly pause?: Pause | undefined;
}

/** What the ledger keeps of an ECS service. */
export function ecsRecord(
  { scope: { cluster, service }, options }: Pick<TargetParts, 'scope' | 'options'>,
  status: TargetRecord['status'],
  { taskDefinition, digest, route, proof, migrated, pause }: DeployFindings,
): TargetRecord {
  return {
    kind: 'ecs-service',
    status,
    ...(digest === undefined ? {} : { digest }),
    facts: {
      taskDefinition: shortName(taskDefinition),
      cluster,
      service,
      ...ruleFacts(options.config.strategy),
      ...(route?.kind === 'url' ? { url: route.url } : {}),
      ...(proof === undefined ? {} : { proof }),
      ...(migrated === undefined ? {} : { migration: migrated.task }),
      ...(pause === undefined ? {} : pauseFacts(pause)),
    },
  };
}

/** What somebody needs who decides how it goes on. */
const pauseFacts = ({ deployment, stage, hook, since, expires, test }: Pause) => ({
  deployment,
  hook,
  'paused-at': stage,
  'paused-since': since,
  ...(expires === undefined ? {} : { 'pause-expires': expires }),
  ...(test === undefined ? {} : { 'test-url': test.url }),
  ...(test?.headers === undefined ? {} : { 'test-headers': headerLines(test.headers) }),
});

/** Which rules a deploy changes, or has ECS change: by them `plan` and `drift` know what is not Terraform's. */
function ruleFacts(strategy: StrategyConfig): Readonly<Record<string, string>> {
  if (strategy.kind === 'rolling') return {};
  const { kind, 'test-rule': test } = strategy;
  const rule = isNative(strategy) ? strategy['production-rule'] : strategy.rule;
  return { strategy: kind, rule, ...(test === undefined ? {} : { 'test-rule': test }) };
}
