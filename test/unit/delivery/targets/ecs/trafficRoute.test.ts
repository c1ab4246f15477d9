import { expect } from 'chai';
import type { Service, TaskDefinition } from '../../../../../runner/src/adapters/aws/ecs.js';
import type { HealthConfig } from '../../../../../runner/src/config/schemaWords.js';
import { probePlan } from '../../../../../runner/src/delivery/targets/ecs/trafficRoute.js';

const health = { path: '/health', for: 0, interval: 1, timeout: 1 } as HealthConfig;
const awsvpc: TaskDefinition = { networkMode: 'awsvpc' };
const web = {
  name: 'web',
  portMappings: [{ containerPort: 53, protocol: 'udp' as const }, { containerPort: 8000 }],
};
const service: Service = { desiredCount: 2 };
const balanced: Service = {
  desiredCount: 2,
  loadBalancers: [
    { targetGroupArn: 'arn:admin', containerName: 'admin' },
    { targetGroupArn: 'arn:web', containerName: 'web' },
  ],
};

describe('how health is probed', () => {
  it('by the configured URL before all else', () => {
    const plan = probePlan({ ...health, url: 'https://shop.example/up' }, balanced, awsvpc, web);
    expect(plan).to.deep.equal({ kind: 'url', url: 'https://shop.example/up' });
  });

  it('through the load balancer of the container, where the service has one', () => {
    expect(probePlan(health, balanced, awsvpc, web)).to.deep.equal({
      kind: 'load-balancer',
      targetGroup: 'arn:web',
      path: '/health',
    });
  });

  it('task by task at the first TCP port, where there is no load balancer', () => {
    expect(probePlan({ ...health, path: 'up' }, service, awsvpc, web)).to.deep.equal({
      kind: 'each-task',
      port: 8000,
      path: '/up',
    });
  });

  it('task by task where a port is configured, also behind a load balancer', () => {
    expect(probePlan({ ...health, port: 9000 }, balanced, awsvpc, web)).to.include({
      kind: 'each-task',
      port: 9000,
    });
  });

  it('not at all for a worker without ports', () => {
    expect(probePlan(health, service, awsvpc, { name: 'worker' })).to.deep.equal({ kind: 'tasks-only' });
  });

  it('not at all where no task is wanted', () => {
    expect(probePlan(health, { ...balanced, desiredCount: 0 }, awsvpc, web)).to.deep.equal({
      kind: 'tasks-only',
    });
  });

  it('not at all, and saying why, where tasks have no address of their own', () => {
    expect(probePlan(health, service, { networkMode: 'bridge' }, web)).to.deep.equal({
      kind: 'tasks-only',
      why: 'tasks in network mode bridge have no address of their own',
    });
  });
});
