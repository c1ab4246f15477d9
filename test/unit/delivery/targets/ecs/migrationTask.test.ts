import { expect } from 'chai';
import type { Service } from '../../../../../runner/src/adapters/aws/ecs.js';
import { migrationTask, runTaskInput } from '../../../../../runner/src/delivery/targets/ecs/migrationTask.js';

const network = (subnet: string) => ({ awsvpcConfiguration: { subnets: [subnet] } });
const START = {
  taskDefinition: 'shop-web:7',
  container: 'web',
  command: ['./migrate', 'up'],
  startedBy: 'migration',
  clientToken: 'token',
};
const input = (service: Service) => runTaskInput(service, START);

describe('the task of a migration', () => {
  it('is of the new revision, with another command in its container, and nothing that the service does not say', () => {
    expect(input({})).to.deep.equal({
      taskDefinition: 'shop-web:7',
      startedBy: 'migration',
      clientToken: 'token',
      overrides: { containerOverrides: [{ name: 'web', command: ['./migrate', 'up'] }] },
    });
  });

  it('runs in the network of the service', () => {
    expect(input({ networkConfiguration: network('a') }).networkConfiguration).to.deep.equal(network('a'));
  });

  it('runs in the network of the deployment that is primary where only deployments have one', () => {
    const deployments = [
      { id: '1', status: 'ACTIVE', networkConfiguration: network('old') },
      { id: '2', status: 'PRIMARY', networkConfiguration: network('new') },
      { id: '3', status: 'INACTIVE', networkConfiguration: network('gone') },
    ];
    expect(input({ deployments }).networkConfiguration).to.deep.equal(network('new'));
    expect(input({ deployments, networkConfiguration: network('own') }).networkConfiguration).to.deep.equal(
      network('own'),
    );
    expect(input({ deployments: deployments.slice(0, 1) })).not.to.have.property('networkConfiguration');
  });

  it('runs on what the service runs on: capacity providers, else its launch type', () => {
    const capacityProviderStrategy = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    const spot = input({ capacityProviderStrategy, launchType: 'FARGATE' });
    expect(spot).to.deep.include({ capacityProviderStrategy }).and.not.have.property('launchType');
    const plain = input({ capacityProviderStrategy: [], launchType: 'EC2', platformVersion: '1.4.0' });
    expect(plain).to.deep.include({ launchType: 'EC2', platformVersion: '1.4.0' });
    expect(plain).not.to.have.property('capacityProviderStrategy');
    expect(input({ platformVersion: '' })).not.to.have.property('platformVersion');
  });

  it('is placed as the tasks of the service are', () => {
    const placed: Service = {
      placementConstraints: [{ type: 'distinctInstance' }],
      placementStrategy: [{ type: 'spread', field: 'host' }],
    };
    expect(input(placed)).to.deep.include(placed);
    expect(input({ placementConstraints: [], placementStrategy: [] })).to.not.have.any.keys(
      'placementConstraints',
      'placementStrategy',
    );
  });

  it('has the tags of its definition where the service does, and never those of the service', () => {
    expect(input({ enableECSManagedTags: true, propagateTags: 'TASK_DEFINITION' })).to.deep.include({
      enableECSManagedTags: true,
      propagateTags: 'TASK_DEFINITION',
    });
    expect(input({ enableECSManagedTags: false, propagateTags: 'SERVICE' })).to.not.have.any.keys(
      'enableECSManagedTags',
      'propagateTags',
    );
  });
});

describe('what judging a migration needs of its task', () => {
  it('is where it is, where it goes, and which containers have ended', () => {
    const task = migrationTask({
      lastStatus: 'RUNNING',
      desiredStatus: 'STOPPED',
      containers: [
        { name: 'web', lastStatus: 'STOPPED', exitCode: 1 },
        { name: 'log', lastStatus: 'RUNNING' },
      ],
    });
    expect(task).to.deep.include({ lastStatus: 'RUNNING', desiredStatus: 'STOPPED', ended: ['web'] });
    expect(task.containers[0]).to.deep.include({ name: 'web', exitCode: 1 });
  });

  it('is nothing known where nothing is told', () => {
    expect(migrationTask({})).to.deep.include({ lastStatus: '', desiredStatus: '', ended: [] });
    expect(migrationTask({ containers: [{ lastStatus: 'STOPPED' }] }).ended).to.deep.equal(['']);
  });
});
