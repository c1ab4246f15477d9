import { expect } from 'chai';
import { inventoryOfInstances } from '../../../runner/src/hosts/inventory.js';
import { deployment, type Deployment } from '../../support/deployment.js';

const CONFIG = `application: shop
environments:
  staging:
    inventory: { user: admin, private-key: keys/id, groups: [servers], jump: 'ops@bastion.example' }
`;

describe('instances as hosts of an environment', () => {
  let made: Deployment;
  before(async () => (made = await deployment({ 'automation-stack.yml': CONFIG })));
  after(() => made.remove());

  it('are named by their ids, and reached as the inventory says, whatever hosts it has', async () => {
    const environment = await made.context.environment('staging');
    const instance = {
      ...{
        id: 'i-0abc',
        state: 'running' as const,
        privateAddress: '10.0.1.7',
        publicAddress: '203.0.113.9',
      },
      ...{ launched: '2026-11-03T12:00:00.000Z', tags: { Name: 'shop-staging-web' } },
    };
    const { hosts, routeOf } = await inventoryOfInstances(made.context, environment, [instance], ['web']);
    const [host] = hosts;
    expect(hosts).to.have.length(1);
    expect(host).to.deep.include({
      ...{ name: 'i-0abc', address: '10.0.1.7', port: 22, user: 'admin', groups: ['servers', 'web'] },
      ...{ instanceId: 'i-0abc', privateAddress: '10.0.1.7', launched: '2026-11-03T12:00:00.000Z' },
    });
    expect(routeOf(host!).jumps.map(({ address }) => address)).to.deep.equal(['bastion.example']);
  });

  it('are reached with the keys of the agent where the path of the key is empty', async () => {
    const empty = await deployment({
      'automation-stack.yml': CONFIG.replace('keys/id', "'${env:NO_SUCH_KEY:-}'"),
    });
    const environment = await empty.context.environment('staging');
    const instance = { id: 'i-0abc', state: 'running' as const, privateAddress: '10.0.1.7', tags: {} };
    const { hosts, routeOf } = await inventoryOfInstances(empty.context, environment, [instance], []);
    expect(routeOf(hosts[0]!).privateKey).to.equal(undefined);
    empty.remove();
  });
});
