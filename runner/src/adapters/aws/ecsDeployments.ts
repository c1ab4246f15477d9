import type {
  DeploymentLifecycleHookDetail,
  ServiceDeployment,
  ServiceRevisionSummary,
} from '@aws-sdk/client-ecs';
import {
  UNDER_WAY,
  type HookView,
  type ListedDeployment,
  type RevisionView,
  type ServiceDeploymentView,
} from '../../domain/serviceDeployment.js';
import { awsReason } from './awsErrors.js';
import type { AwsClients } from './clients.js';
import { ecsCalls, type EcsScope } from './ecs.js';
import { everyPage } from './pages.js';
import { sdk } from './sdk.js';

/** The API calls for the deployments that ECS makes of one service; each method is one call unless noted. */
export interface EcsDeployments {
  /**
   * Deployments of the service, the newest first; one call a hundred.
   * @param asked `after`: those created later than this, by AWS's clock; `isUnderWay`: only those without an end
   */
  list(
    asked: { readonly after?: Date; readonly isUnderWay?: boolean },
    signal?: AbortSignal,
  ): Promise<readonly ListedDeployment[]>;
  /** @returns undefined where AWS does not know it (yet) */
  describe(arn: string, signal?: AbortSignal): Promise<ServiceDeploymentView | undefined>;
  /** The task definition of each revision, by the ARN of the revision; one call for twenty. */
  taskDefinitions(revisions: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Makes it go back to what ran before; harmless where it does so already.
   * @returns false where it has ended
   */
  stop(arn: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Ends a pause.
   * @returns false where it has ended already
   */
  endPause(
    pause: { readonly arn: string; readonly hook: string; readonly how: 'CONTINUE' | 'ROLLBACK' },
    signal?: AbortSignal,
  ): Promise<boolean>;
}

/** What AWS answers where a deployment or its pause is not (any more) in the state that was asked for. */
const ENDED = new Set(['ConflictException', 'InvalidParameterException', 'ClientException']);
const MOST_REVISIONS = 20;

export function createEcsDeployments(aws: AwsClients, scope: EcsScope): EcsDeployments {
  const { cluster, service } = scope;
  const what = ecsCalls(scope);
  return {
    async list({ after, isUnderWay }, signal) {
      const { ListServiceDeploymentsCommand } = await sdk.ecs();
      const client = await aws.ecs();
      const found = await everyPage(async (nextToken) => {
        const command = new ListServiceDeploymentsCommand({
          cluster,
          service,
          maxResults: 100,
          ...(isUnderWay === true ? { status: [...UNDER_WAY] } : {}),
          ...(after === undefined ? {} : { createdAt: { after } }),
          ...(nextToken === undefined ? {} : { nextToken }),
        });
        const answer = await aws.call(client, command, what('ListServiceDeployments', signal));
        return { items: answer.serviceDeployments, next: answer.nextToken };
      });
      return found
        .map((one) => ({
          arn: one.serviceDeploymentArn ?? '',
          status: one.status ?? '',
          createdMs: one.createdAt?.getTime() ?? 0,
          ...(one.targetServiceRevisionArn === undefined ? {} : { revision: one.targetServiceRevisionArn }),
        }))
        .sort((one, other) => other.createdMs - one.createdMs);
    },
    async describe(arn, signal) {
      const { DescribeServiceDeploymentsCommand } = await sdk.ecs();
      const command = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] });
      const asked = what('DescribeServiceDeployments', signal, arn);
      try {
        const answer = await aws.call(await aws.ecs(), command, asked);
        const found = answer.serviceDeployments?.find((one) => one.serviceDeploymentArn === arn);
        return found === undefined ? undefined : deploymentView(found);
      } catch (error) {
        if (awsReason(error) !== 'ServiceDeploymentNotFoundException') throw error;
        return undefined;
      }
    },
    async taskDefinitions(revisions, signal) {
      const { DescribeServiceRevisionsCommand } = await sdk.ecs();
      const client = await aws.ecs();
      const found = new Map<string, string>();
      for (let start = 0; start < revisions.length; start += MOST_REVISIONS) {
        const serviceRevisionArns = revisions.slice(start, start + MOST_REVISIONS);
        const command = new DescribeServiceRevisionsCommand({ serviceRevisionArns });
        const asked = what('DescribeServiceRevisions', signal, serviceRevisionArns[0]);
        const { serviceRevisions = [] } = await aws.call(client, command, asked);
        for (const { serviceRevisionArn, taskDefinition } of serviceRevisions)
          if (serviceRevisionArn !== undefined && taskDefinition !== undefined)
            found.set(serviceRevisionArn, taskDefinition);
      }
      return found;
    },
    async stop(arn, signal) {
      const { StopServiceDeploymentCommand } = await sdk.ecs();
      const command = new StopServiceDeploymentCommand({ serviceDeploymentArn: arn, stopType: 'ROLLBACK' });
      return unlessEnded(aws.call(await aws.ecs(), command, what('StopServiceDeployment', signal, arn)));
    },
    async endPause({ arn, hook, how }, signal) {
      const { ContinueServiceDeploymentCommand } = await sdk.ecs();
      const command = new ContinueServiceDeploymentCommand({
        serviceDeploymentArn: arn,
        hookId: hook,
        action: how,
      });
      return unlessEnded(aws.call(await aws.ecs(), command, what('ContinueServiceDeployment', signal, arn)));
    },
  };
}

async function unlessEnded(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (ENDED.has(awsReason(error) ?? '')) return false;
    throw error;
  }
}

/** The parts of a deployment that decisions rest on. */
function deploymentView(deployment: ServiceDeployment): ServiceDeploymentView {
  const { serviceDeploymentArn = '', status = '', statusReason, lifecycleStage, createdAt } = deployment;
  const { targetServiceRevision, sourceServiceRevisions = [], lifecycleHookDetails = [] } = deployment;
  const { deploymentCircuitBreaker: breaker, rollback, alarms } = deployment;
  return {
    arn: serviceDeploymentArn,
    status,
    ...(statusReason ? { reason: statusReason } : {}),
    ...(lifecycleStage === undefined ? {} : { stage: lifecycleStage }),
    ...(createdAt === undefined ? {} : { createdMs: createdAt.getTime() }),
    ...(targetServiceRevision === undefined ? {} : { target: revisionView(targetServiceRevision) }),
    sources: sourceServiceRevisions.map(revisionView),
    hooks: lifecycleHookDetails.map(hookView),
    ...(rollback?.reason ? { rollbackReason: rollback.reason } : {}),
    alarms: alarms?.triggeredAlarmNames ?? [],
    ...(breaker === undefined
      ? {}
      : {
          breaker: {
            isTriggered: breaker.status === 'TRIGGERED',
            failures: breaker.failureCount ?? 0,
            threshold: breaker.threshold ?? 0,
          },
        }),
  };
}

function revisionView(revision: ServiceRevisionSummary): RevisionView {
  const { requestedProductionTrafficWeight: production, requestedTestTrafficWeight: test } = revision;
  return {
    arn: revision.arn ?? '',
    requested: revision.requestedTaskCount ?? 0,
    running: revision.runningTaskCount ?? 0,
    pending: revision.pendingTaskCount ?? 0,
    ...(production === undefined ? {} : { production }),
    ...(test === undefined ? {} : { test }),
  };
}

function hookView(hook: DeploymentLifecycleHookDetail): HookView {
  const { hookId = '', targetType, targetArn, status = '', expiresAt, timeoutAction } = hook;
  return {
    id: hookId,
    kind: targetType === 'PAUSE' ? 'pause' : 'lambda',
    ...(targetArn === undefined ? {} : { name: targetArn.slice(targetArn.lastIndexOf(':') + 1) }),
    status,
    ...(expiresAt === undefined ? {} : { expiresMs: expiresAt.getTime() }),
    ...(timeoutAction === undefined
      ? {}
      : { atExpiry: timeoutAction === 'CONTINUE' ? ('continue' as const) : ('roll back' as const) }),
  };
}
