import { expect } from 'chai';
import { createAwsClients } from '../../../runner/src/adapters/aws/clients.js';
import { systemClock } from '../../../runner/src/adapters/process/clock.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { EcsTarget } from '../../../runner/src/delivery/targets/ecs/ecsTarget.js';
import { foreignControllers, type ForeignController } from '../../support/aws/controllers.js';
import { AwsProxy } from '../../support/awsProxy.js';
import { apps, EcsFixture } from '../../support/ecsFixture.js';
import { rejection } from '../../support/rejection.js';
import { stageOf } from '../../support/stage.js';

describe('an ECS service of another deployment controller', function () {
  this.timeout(60_000);
  let fixture: EcsFixture;
  let proxy: AwsProxy;

  before(async () => {
    fixture = await EcsFixture.create();
    proxy = await AwsProxy.start(fixture.endpoint);
  });
  after(async () => {
    await proxy.stop();
    await fixture.remove();
  });

  for (const controller of ['CODE_DEPLOY', 'EXTERNAL'] satisfies ForeignController[]) {
    it(`is refused before anything is changed: ${controller}`, async () => {
      proxy.use(foreignControllers({ [fixture.service]: controller }));
      proxy.clear();
      const env = { ...fixture.env, AWS_ENDPOINT_URL: proxy.url };
      const target = new EcsTarget({
        ...{ name: 'web', clock: systemClock, environmentName: 'staging' },
        aws: createAwsClients({ env, secrets: new SecretRegistry() }),
        registry: () => fixture.registry,
        config: {
          ...{ kind: 'ecs-service', cluster: fixture.cluster, service: fixture.service, image: 'web' },
          ...{ strategy: { kind: 'rolling' }, environment: {}, timeout: 30_000 },
          migrate: { command: ['sh', '-c', 'echo migrated'], timeout: 10_000 },
          health: { path: '/health', for: 0, interval: 300, timeout: 4000 },
        },
      });
      const { signal } = new AbortController();
      const rollout = { stage: stageOf('deploy:staging'), signal, journal: async () => undefined };
      const release = fixture.release(await fixture.image(apps.good));
      const failure = await rejection(target.deploy(release, rollout), 'CONFIG_INVALID');
      expect(failure.message).to.contain(controller);
      expect(
        Object.keys(proxy.counts()).filter((action) => !/\.(?:Describe|List)/.test(action)),
      ).to.deep.equal([]);
    });
  }
});
