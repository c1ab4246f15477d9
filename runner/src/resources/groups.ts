import { listSecurityGroups, listTargetGroups } from '../adapters/aws/groups.js';
import type { ContextWith, NamedEnvironment } from '../context/context.js';
import { APPLICATION_TAG_FORMS, ownerOf } from '../domain/deploymentTags.js';
import type { SecurityGroupView, TargetGroupView } from '../domain/trafficGroups.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { hasTags, ownOf } from './rules/choose.js';
import { accountAws } from './accountAws.js';

export interface Groups {
  readonly targetGroups: readonly TargetGroupView[];
  readonly securityGroups: readonly SecurityGroupView[];
}

/**
 * Target groups with the health of their targets, and security groups with who may come in; those of an environment, by its
 * tags. They are only shown: Terraform makes them, and others hang on them.
 * @param kinds which of the two
 * @throws StackError AWS_*
 */
export async function groupsOf(
  context: ContextWith<'aws' | 'config' | 'signal'>,
  environment: NamedEnvironment,
  { kinds, tags }: { readonly kinds: readonly ('target' | 'security')[]; readonly tags: readonly string[] },
): Promise<Groups> {
  const self = await deploymentOf(context, environment);
  const aws = await accountAws(context, environment);
  const { signal } = context;
  const [targetGroups, securityGroups] = await Promise.all([
    kinds.includes('target')
      ? listTargetGroups(aws, (own) => ownerOf(own, self).kind === 'own' && hasTags(own, tags), signal)
      : [],
    kinds.includes('security') ? listSecurityGroups(aws, APPLICATION_TAG_FORMS, signal) : [],
  ]);
  return {
    targetGroups,
    securityGroups: ownOf(securityGroups, self).filter((one) => hasTags(one.tags, tags)),
  };
}
