import type { PlanJson } from '../../runner/src/infrastructure/rules/planSummary.js';

/** A plan as `terraform show -json` prints it, every kind of change in it, each resource with some attributes. */
export function largePlan(resources: number): PlanJson {
  return {
    applyable: true,
    resource_changes: Array.from({ length: resources }, (_, index) => resource(index)),
    output_changes: { url: { actions: ['update'], before: 'a', after_unknown: true } },
  };
}

function resource(index: number): NonNullable<PlanJson['resource_changes']>[number] {
  const attributes = (size: number, effect: string) => ({
    id: `i-${index}`,
    arn: `arn:aws:ec2:eu-west-1:111111111111:instance/i-${index}`,
    name: `thing-${index}`,
    size,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: ['s3:Get*'], Resource: '*' }],
    }),
    ingress: [{ from_port: 80, to_port: 80, cidr_blocks: ['10.0.0.0/8'] }],
    tags: { Name: `thing-${index}`, Size: String(size) },
    password: `secret-of-${effect}`,
  });
  const [before, after] = [attributes(10, 'Allow'), attributes(20, 'Deny')];
  const type = index % 50 === 1 ? 'aws_db_instance' : 'aws_instance';
  const marks = { before_sensitive: { password: true }, after_sensitive: { password: true } };
  const common = {
    address: `module.part["${index % 7}"].${type}.thing[${index}]`,
    mode: 'managed',
    type,
  };
  switch (index % 10) {
    case 0:
      return { ...common, change: { actions: ['delete'], before, ...marks } };
    case 1:
    case 2: {
      const { id: _, arn: __, ...known } = after;
      const unknown = { after_unknown: { id: true, arn: true } };
      const change = { actions: ['delete', 'create'], before, after: known, ...unknown, ...marks };
      return { ...common, change: { ...change, replace_paths: [['name']] } };
    }
    case 3:
    case 4:
    case 5:
    case 6:
      return { ...common, change: { actions: ['update'], before, after, ...marks } };
    case 7:
    case 8:
      return { ...common, change: { actions: ['create'], after, after_unknown: { id: true }, ...marks } };
    default:
      return { ...common, change: { actions: ['no-op'], before, after: before, ...marks } };
  }
}
