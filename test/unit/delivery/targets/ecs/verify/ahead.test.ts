import { expect } from 'chai';
import type { RegisterTaskDefinitionCommandInput } from '../../../../../../runner/src/adapters/aws/ecs.js';
import { ecsWorld } from '../../../../../support/ecsWorld.js';
import { sdkError, type Answer } from '../../../../../support/fakeAws.js';
import { rejection } from '../../../../../support/rejection.js';

const image: Answer = () => ({ images: [{ imageManifest: '{"config":{}}' }] });
const gone: Answer = () => ({ images: [] });
const ASKED = ['ecr:BatchGetImage', 'ssm:DescribeParameters', 'secretsmanager:DescribeSecret'];

/** A deploy of a release that was made long ago, after Terraform has added secrets. */
async function world(answers: Readonly<Record<string, Answer>>, secrets: readonly string[] = []) {
  const made = ecsWorld('worker', { answers });
  const [first] = made.ecs.definitions.values();
  const containerDefinitions = (first?.containerDefinitions ?? []).map((one) => ({
    ...one,
    secrets: secrets.map((valueFrom, index) => ({ name: `S${index}`, valueFrom })),
  }));
  if (secrets.length > 0)
    await made.ecs.register({ ...first, containerDefinitions } as RegisterTaskDefinitionCommandInput);
  const old = { ...made.release, createdAt: '2020-01-01T00:00:00.000Z' };
  const asked = () => made.aws.asked.map(({ action }) => action).filter((one) => ASKED.includes(one));
  return { ...made, old, asked };
}

describe('what a deploy refuses before it moves anything', () => {
  it('is an image that is not there any more', async () => {
    const { target, old, rollout, ecs } = await world({ 'ecr:BatchGetImage': gone });
    const error = await rejection(target.deploy(old, rollout), 'DEPLOY_FAILED');
    expect(error.message).to.contain('not in the registry');
    expect(error.next).to.contain('node runner verify --env staging').and.to.contain('--no-verify');
    expect(ecs.runs).to.equal('web:1');
  });

  it('is a secret that is new and not there: three calls', async () => {
    const { target, old, rollout, asked, ecs } = await world(
      {
        'ecr:BatchGetImage': image,
        'ssm:DescribeParameters': () => ({ Parameters: [] }),
        'secretsmanager:DescribeSecret': () => ({}),
      },
      [
        '/shop/a',
        '/shop/b',
        'arn:aws:secretsmanager:eu-west-1:1:secret:x-AbCdEf',
        'arn:aws:secretsmanager:eu-west-1:1:secret:y-AbCdEf',
      ],
    );
    const error = await rejection(target.deploy(old, rollout), 'DEPLOY_FAILED');
    expect(error.message).to.equal('S0: /shop/a is not there; S1: /shop/b is not there');
    expect(asked().sort()).to.deep.equal([...ASKED].sort());
    expect(ecs.runs).to.equal('web:1');
  });

  it('is nothing that AWS does not tell', async () => {
    const denied: Answer = () => {
      throw sdkError('AccessDeniedException');
    };
    const { target, old, rollout } = await world(
      { 'ecr:BatchGetImage': denied, 'ssm:DescribeParameters': denied },
      ['/shop/a'],
    );
    expect((await target.deploy(old, rollout)).status).to.equal('healthy');
  });

  it('is not asked for a fresh release, one that runs, a rollback, or with --no-verify', async () => {
    for (const how of ['fresh', 'runs', 'rollback', 'no-verify'] as const) {
      const { target, old, current, clock, rollout, asked } = await world({});
      const release =
        how === 'fresh' ? { ...old, createdAt: clock.now().toISOString() } : how === 'runs' ? current : old;
      await target.deploy(release, {
        ...rollout,
        ...(how === 'rollback' ? { kind: how } : {}),
        ...(how === 'no-verify' ? { verify: false } : {}),
      });
      expect(asked(), how).to.deep.equal([]);
    }
  });
});
