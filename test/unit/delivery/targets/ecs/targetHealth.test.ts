import { expect } from 'chai';
import type { Service } from '../../../../../runner/src/adapters/aws/ecs.js';
import type { TargetGroup } from '../../../../../runner/src/adapters/aws/elb.js';
import { groupsOf } from '../../../../../runner/src/delivery/targets/ecs/targetHealth.js';

const group = (name: string, loadBalancers = ['lb']) =>
  ({ arn: name, targetType: 'ip', healthPath: '/', loadBalancers }) as unknown as TargetGroup;
const service = (...loadBalancers: readonly object[]) => ({ loadBalancers }) as unknown as Service;
const entry = (targetGroupArn: string, containerName: string, more: object = {}) => ({
  targetGroupArn,
  containerName,
  containerPort: 8000,
  ...more,
});
const names = (of: Service, container = 'web') =>
  groupsOf(of, container, [group('blue'), group('green'), group('unused', [])]).map((one) => one.group.arn);

describe('the target groups whose health tells of a release', () => {
  it('are those of its container, else those of the whole service', () => {
    const both = service(entry('blue', 'web'), entry('green', 'admin'));
    expect(names(both)).to.deep.equal(['blue']);
    expect(names(both, 'worker')).to.deep.equal(['blue', 'green']);
  });

  it('are none that no load balancer uses', () => {
    expect(names(service(entry('unused', 'web')))).to.deep.equal([]);
  });

  it('are none that ECS itself switches with another one: which has the tasks is not told', () => {
    const advancedConfiguration = { alternateTargetGroupArn: 'green' };
    expect(names(service(entry('blue', 'web', { advancedConfiguration })))).to.deep.equal([]);
  });
});
