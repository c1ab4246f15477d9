import { expect } from 'chai';
import type { Check, Finding } from '../../../runner/src/domain/finding.js';
import { kinds } from '../../../runner/src/kinds.js';
import type { Context } from '../../../runner/src/context/context.js';
import { StackError } from '../../../runner/src/base/errors.js';
import { deliveryChecks } from '../../../runner/src/doctor/delivery.js';
import { deployment, type Deployment } from '../../support/deployment.js';
import { FakeTarget } from '../../support/fakeTarget.js';

const CONFIG = `application: shop
images: { web: { repository: shop/web, secrets: { npm: '\${env:NPM_TOKEN}' } } }
environments:
  staging:
    aws: { region: eu-west-1 }
    variables: { STAGE: '\${env:STAGE:-staging}', DB: '\${env:DB_PASSWORD}' }
    targets: { web: { kind: ecs-service, cluster: c, service: s, image: web } }
  hosts: { provision: { playbooks: [docker-host.yml, mine.yml] }, inventory: { tags: { a: b } } }
`;

/** What a deployment would need, looked at one by one. */
describe('doctor, of a delivery', () => {
  let place: Deployment;
  beforeEach(async () => {
    place = await deployment({
      'automation-stack.yml': CONFIG,
      'ansible/mine.yml': '- hosts: all\n  tasks: []\n',
    });
  });
  afterEach(() => place.remove());

  const find = async (id: string, context: Context = place.context): Promise<Finding> => {
    const environments = await Promise.all(['staging', 'hosts'].map((name) => context.environment(name)));
    const check = deliveryChecks(context, environments, kinds).find((one) => one.id === id) as Check;
    return check.run();
  };

  it('names every value that cannot be read, with what to type', async () => {
    const { status, found, next } = await find('values:staging');
    expect(status).to.equal('failed');
    expect(found)
      .to.contain('${env:NPM_TOKEN}')
      .and.to.contain('${env:DB_PASSWORD}')
      .and.not.to.contain('STAGE');
    expect(next).to.contain('export ');
  });

  it('counts the values where all can be read', async () => {
    const again = await place.again({ NPM_TOKEN: 'a-secret-token', DB_PASSWORD: 'a-password' });
    expect(await find('values:staging', again.context)).to.deep.equal({
      status: 'ok',
      found: '3 can be read',
    });
  });

  const withTarget = (target: FakeTarget): Context => ({ ...place.context, targets: async () => [target] });

  it('asks for the service of a target', async () => {
    expect((await find('target:staging/web', withTarget(new FakeTarget('web')))).status).to.equal('ok');
  });

  it('calls a service not made yet whose name is an output to come, and throws what else is wrong with it', async () => {
    const target = (code: 'OUTPUT_MISSING' | 'AWS_ACCESS_DENIED'): Context => ({
      ...place.context,
      targets: () => Promise.reject(new StackError(code, 'no')),
    });
    expect(await find('target:staging/web', target('OUTPUT_MISSING'))).to.include({
      status: 'skipped',
      found: 'not created yet',
    });
    let thrown: unknown;
    await find('target:staging/web', target('AWS_ACCESS_DENIED')).catch((error: unknown) => (thrown = error));
    expect(thrown).to.have.property('code', 'AWS_ACCESS_DENIED');
  });

  it('asks for nothing that an environment does not use', async () => {
    const environments = await Promise.all(
      ['staging', 'hosts'].map((name) => place.context.environment(name)),
    );
    expect(deliveryChecks(place.context, environments, kinds).map(({ id }) => id)).to.deep.equal([
      'values:staging',
      'target:staging/web',
      'values:hosts',
      'playbooks:hosts',
    ]);
  });
});
