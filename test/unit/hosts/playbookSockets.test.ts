import { expect } from 'chai';
import { ownSockets } from '../../../runner/src/hosts/playbook.js';
import { routesBy } from '../../support/routes.js';
import type { Host } from '../../../runner/src/domain/host.js';

const host: Host = { name: 'app', address: '10.0.2.7', port: 22, user: 'deploy', groups: [] };

describe('the sockets of Ansible’s SSH', () => {
  const direct = routesBy()(host);

  it('lie where Ansible puts them for hosts that are reached directly', () =>
    expect(ownSockets('/home/me', [direct])).to.equal(false));

  it('lie in the run’s own folder below an odd home', () => {
    expect(ownSockets('/home/100%', [direct])).to.equal(true);
    expect(ownSockets(`/home/${'x'.repeat(60)}`, [direct])).to.equal(true);
  });

  it('lie there too where one private address may be that of two hosts', () => {
    const behind = routesBy({ jumps: [{ ...host, address: 'bastion' }] })(host);
    const session = routesBy({ transport: 'ssm' })({ ...host, instanceId: 'i-0abc' });
    expect(ownSockets('/home/me', [direct, behind])).to.equal(true);
    expect(ownSockets('/home/me', [session])).to.equal(true);
  });
});
