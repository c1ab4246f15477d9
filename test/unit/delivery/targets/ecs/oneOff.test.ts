import { expect } from 'chai';
import { createAwsClients } from '../../../../../runner/src/adapters/aws/clients.js';
import { SecretRegistry } from '../../../../../runner/src/secrets/redact.js';
import { logStream, tailOf } from '../../../../../runner/src/delivery/targets/ecs/diagnosis.js';
import { refuseUnlaunchable } from '../../../../../runner/src/delivery/targets/ecs/ecsFailures.js';
import { ecsWorld } from '../../../../support/ecsWorld.js';
import { rejection } from '../../../../support/rejection.js';

const scope = { cluster: 'main', service: 'web', environment: 'staging' };
const launch = { volumes: [{ name: 'disk', configuredAtLaunch: true }] };

describe('a task beside an ECS service', () => {
  it('is refused, before anything is registered, with a volume that is configured at launch', async () => {
    const { ecs, target, release, rollout } = ecsWorld('web', {
      config: { migrate: { command: './migrate' } },
    });
    const [arn] = [...ecs.definitions.keys()];
    ecs.definitions.set(String(arn), { ...ecs.definitions.get(String(arn)), ...launch });
    for (const doing of [() => target.deploy(release, rollout), () => target.migrate(release, rollout)]) {
      const failure = await rejection(doing(), 'CONFIG_INVALID');
      expect(failure.message).to.contain('the volume disk is configured at launch');
    }
    expect(ecs.calls).not.to.include('RegisterTaskDefinition');
    // A rollback migrates nothing.
    expect(await target.deploy(release, { ...rollout, kind: 'rollback' })).to.include({ status: 'healthy' });
  });

  it('is told to have none of the names that Service Connect gives', () => {
    const deployments = [{ serviceConnectConfiguration: { enabled: true } }];
    expect(refuseUnlaunchable(scope, 'web', {}, { deployments })).to.contain('Service Connect');
    expect(refuseUnlaunchable(scope, 'web', {}, {})).to.equal(undefined);
  });
});

describe('log lines of a task', () => {
  const definition = {
    containerDefinitions: [
      {
        name: 'web',
        logConfiguration: {
          logDriver: 'awslogs' as const,
          options: {
            'awslogs-group': '/ecs/web',
            'awslogs-region': 'us-east-1',
            'awslogs-stream-prefix': 'app',
          },
        },
      },
    ],
  };

  it('are read in the region that its definition names', () => {
    const stream = logStream(definition, 'web', 'task');
    expect(stream).to.deep.equal({ group: '/ecs/web', stream: 'app/web/task', region: 'us-east-1' });
    expect(tailOf({ group: '/ecs/web', region: 'us-east-1' })).to.equal(
      'aws logs tail /ecs/web --region us-east-1',
    );
  });

  it('by a client of that region, made once', async () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const aws = createAwsClients({ env, secrets: new SecretRegistry() });
    const there = await aws.logs('us-east-1');
    expect(await there.config.region()).to.equal('us-east-1');
    expect(await (await aws.logs()).config.region()).to.equal('eu-west-1');
    expect(await aws.logs('us-east-1')).to.equal(there);
  });
});
