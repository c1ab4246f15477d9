import type { Service, TaskDefinition } from '../../../../adapters/aws/ecs.js';
import type { Finding } from '../../../../domain/finding.js';
import type { Revision } from '../mergeDefinition.js';
import { newSecrets, secretsOf } from './secretsCheck.js';

/**
 * The execution role pulls the image, reads the secrets and writes the logs. What runs now was started by it: that proves it
 * for the same repository and the same secrets; for what is new, only AWS can tell.
 */
export function roleFinding(
  running: Revision,
  definition: TaskDefinition,
  service: Service,
  region: string,
): Finding {
  const { executionRoleArn: role } = definition;
  const secrets = secretsOf(definition, region);
  const needs = [
    ...(secrets.length > 0 ? ['secrets'] : []),
    ...(definition.requiresCompatibilities?.includes('FARGATE') === true ? ['private images and logs'] : []),
  ];
  if (!role) {
    return needs.length === 0
      ? { status: 'skipped', found: 'none is set, and none is needed' }
      : {
          status: secrets.length > 0 ? 'failed' : 'warning',
          found: `none is set: ${needs.join(', ')} cannot be had without one`,
          next: 'Set execution_role_arn of the task definition.',
        };
  }
  const name = role.slice(role.lastIndexOf('/') + 1);
  const before = secretsOf(running.definition, region);
  const fresh = newSecrets(secrets, before).map(({ name: one }) => one);
  const repositories = (one: TaskDefinition) =>
    new Set((one.containerDefinitions ?? []).map(({ image = '' }) => image.replace(/[:@][^/]*$/, '')));
  const known = repositories(running.definition);
  const pulls = [...repositories(definition)].filter((one) => !known.has(one));
  const isProven = running.definition.executionRoleArn === role && (service.runningCount ?? 0) > 0;
  if (isProven && fresh.length === 0 && pulls.length === 0)
    return { status: 'ok', found: `${name}: what runs was started by it` };
  const open = isProven ? [...fresh, ...pulls] : ['what it may do'];
  return {
    status: 'unverified',
    found: `${name}: ${open.join(', ')} cannot be seen from what runs`,
    next: `aws iam simulate-principal-policy --policy-source-arn ${role} --action-names ${actions(secrets).join(' ')}`,
  };
}

const actions = (secrets: ReturnType<typeof secretsOf>): readonly string[] => [
  'ecr:BatchGetImage',
  'ecr:GetDownloadUrlForLayer',
  ...new Set(
    secrets.map(({ store }) => (store === 'ssm' ? 'ssm:GetParameters' : 'secretsmanager:GetSecretValue')),
  ),
];
