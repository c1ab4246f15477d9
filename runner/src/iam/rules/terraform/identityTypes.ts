import { NO_LEVEL, NOTHING, type TypeRow } from './row.js';

const role = (
  read: string,
  create: string,
  change: string,
  remove: string,
  arn = 'role:{role}',
): TypeRow => ({
  arns: [arn],
  read: `iam: ${read}`,
  create: `iam: ${create}`,
  change: `iam: ${change}`,
  delete: `iam: ${remove}`,
});

/** Who may do what. */
export const identity: Readonly<Record<string, TypeRow>> = {
  aws_iam_role: role(
    'GetRole ListRoleTags ListRolePolicies ListAttachedRolePolicies ListInstanceProfilesForRole GetRolePolicy',
    'CreateRole TagRole PutRolePermissionsBoundary',
    'UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy TagRole UntagRole PutRolePermissionsBoundary DeleteRolePermissionsBoundary',
    'DeleteRole DetachRolePolicy DeleteRolePolicy',
    'iam::A:role{path}{name}',
  ),
  aws_iam_role_policy: role('GetRolePolicy GetRole', 'PutRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy'),
  aws_iam_role_policy_attachment: attachments('policy_arn', 'role:{role}'),
  aws_iam_role_policies_exclusive: role(
    'ListRolePolicies',
    'PutRolePolicy',
    'PutRolePolicy',
    'DeleteRolePolicy',
    'role:{role_name}',
  ),
  aws_iam_role_policy_attachments_exclusive: attachments('policy_arns', 'role:{role_name}'),
  aws_iam_policy: {
    arns: ['iam::A:policy{path}{name}'],
    read: 'iam: GetPolicy GetPolicyVersion ListPolicyVersions ListPolicyTags',
    create: 'iam: CreatePolicy TagPolicy',
    change: 'iam: CreatePolicyVersion DeletePolicyVersion TagPolicy UntagPolicy',
    delete: 'iam: DeletePolicy DeletePolicyVersion',
  },
  aws_iam_instance_profile: {
    arns: ['iam::A:instance-profile{path}{name}'],
    read: 'iam: GetInstanceProfile ListInstanceProfileTags',
    // A profile whose role is gone is made anew.
    also: [{ where: 'role', arns: ['role:{role}'], read: 'iam: GetRole' }],
    create: 'iam: CreateInstanceProfile AddRoleToInstanceProfile TagInstanceProfile',
    change:
      'iam: AddRoleToInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile',
    delete: 'iam: DeleteInstanceProfile RemoveRoleFromInstanceProfile',
    passes: { roles: ['role'], to: 'ec2.amazonaws.com' },
  },
  aws_iam_openid_connect_provider: {
    arns: ['iam::A:oidc-provider/*'],
    read: 'iam: GetOpenIDConnectProvider ListOpenIDConnectProviderTags',
    create: 'iam: CreateOpenIDConnectProvider TagOpenIDConnectProvider',
    change:
      'iam: UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider UntagOpenIDConnectProvider',
    delete: 'iam: DeleteOpenIDConnectProvider',
    anywhere: { read: 'iam: ListOpenIDConnectProviders', because: NO_LEVEL },
  },
  aws_iam_service_linked_role: {
    arns: ['iam::A:role/aws-service-role/*'],
    read: 'iam: GetRole ListRoleTags',
    create: 'iam: CreateServiceLinkedRole TagRole',
    change: 'iam: UpdateRoleDescription TagRole UntagRole',
    delete: 'iam: DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus',
  },
  aws_iam_policy_document: NOTHING,
  aws_caller_identity: NOTHING,
  aws_partition: NOTHING,
  aws_region: NOTHING,
  aws_service: NOTHING,
  aws_service_principal: NOTHING,
  aws_default_tags: NOTHING,
  aws_arn: NOTHING,
  aws_iam_session_context: role('GetRole', 'GetRole', 'GetRole', 'GetRole', 'iam::A:role/*'),
  terraform_data: NOTHING,
  terraform_remote_state: NOTHING,
};

/** Who may attach any policy may do anything: only those that the plan names. */
function attachments(attaches: string, arn: string): TypeRow {
  return {
    arns: [arn],
    read: 'iam: ListAttachedRolePolicies',
    also: [{ attaches, arns: [arn], create: 'iam: AttachRolePolicy', delete: 'iam: DetachRolePolicy' }],
  };
}
