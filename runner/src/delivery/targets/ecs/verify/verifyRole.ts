import { awsReason } from '../../../../adapters/aws/awsErrors.js';
import type { AwsClients } from '../../../../adapters/aws/clients.js';
import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import { decisionKey, simulateRole, type Decisions } from '../../../../adapters/aws/iam.js';
import { StackError } from '../../../../base/errors.js';
import { partitionOfRegion } from '../../../../domain/awsRole.js';
import type { Finding } from '../../../../domain/finding.js';
import type { Revision } from '../mergeDefinition.js';
import { isOnFargate } from './fargate.js';
import { nameOf, noRoleFinding, roleFinding } from './roleCheck.js';
import { needsOf, simulationsOf } from './roleNeeds.js';
import type { SecretViews } from './secretsCheck.js';

/** What is asked of the execution role of the next revision. */
export interface RoleOfService {
  readonly aws: AwsClients;
  readonly service: Service;
  readonly running: Revision;
  readonly definition: TaskDefinition;
  /** What the stores tell of its secrets. */
  readonly views: () => Promise<SecretViews>;
  readonly signal: AbortSignal;
}

/** Asks IAM whether the execution role may do all that the tasks need of it. */
export async function verifyRole(one: RoleOfService): Promise<Finding> {
  const { aws, service, running, definition, signal } = one;
  const { region } = aws;
  const isFargate = isOnFargate(service, definition);
  if (!definition.executionRoleArn) return noRoleFinding(definition, region, isFargate);
  const account = accountOf(running.definition) ?? aws.account ?? '';
  const role = arnOf(definition.executionRoleArn, region, account);
  const place = { region, account: role.split(':')[4] ?? account, isFargate };
  const views = await viewsOf(one);
  const needs = needsOf(definition, place, views);
  const isTheSame = running.definition.executionRoleArn === definition.executionRoleArn;
  const isProven = isTheSame && (service.runningCount ?? 0) > 0;
  const proven = new Set(isProven ? needsOf(running.definition, place, views).map(decisionKey) : []);
  try {
    const decisions: Decisions = await simulateRole(aws, role, simulationsOf(needs), signal);
    return roleFinding({ role, needs, proven, decisions });
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    if (awsReason(error) === 'NoSuchEntityException')
      return {
        status: 'failed',
        found: `${nameOf(role)}: there is no such role`,
        next: 'Make the role, or set another execution_role_arn in the task definition.',
      };
    return roleFinding({ role, needs, proven, decisions: undefined, why: error.message });
  }
}

/** Without what the stores do not tell, the ARNs of the task definition count, and no key. */
async function viewsOf({ views }: RoleOfService): Promise<SecretViews> {
  try {
    return await views();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return new Map();
  }
}

const accountOf = ({ taskDefinitionArn }: TaskDefinition): string | undefined =>
  taskDefinitionArn?.split(':')[4];

/** ECS takes the name of a role too. */
const arnOf = (role: string, region: string, account: string): string =>
  role.startsWith('arn:') ? role : `arn:${partitionOfRegion(region)}:iam::${account}:role/${role}`;
