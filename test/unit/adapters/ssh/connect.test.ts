import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { openConnection } from '../../../../runner/src/adapters/ssh/connect.js';
import type { HostKeys } from '../../../../runner/src/adapters/ssh/sshSettings.js';
import type { Host } from '../../../../runner/src/domain/host.js';
import { keyName, type Route } from '../../../../runner/src/domain/route.js';
import { rejection } from '../../../support/rejection.js';
import { routesBy } from '../../../support/routes.js';

const keyPair = () => ssh2.utils.generateKeyPairSync('ed25519');

describe('a connection to a host', () => {
  const [hostKey, otherKey, login] = [keyPair(), keyPair(), keyPair()];
  let folder: string;
  let server: ssh2.Server;
  let route: Route;
  const file = (name: string) => join(folder, name);
  const line = (key: string) => `${keyName(route)} ${key}\n`;
  const open = (keys?: HostKeys) =>
    openConnection(route, { routeOf: () => route, env: {}, keys }, () =>
      Promise.reject(new Error('no jump')),
    );

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-connect-'));
    server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
      client.on('authentication', (context) => context.accept()).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const host: Host = { name: 'web', address: '127.0.0.1', port, user: 'deploy', groups: [] };
    writeFileSync(file('id'), login.private, { mode: 0o600 });
    const settings = { privateKey: file('id'), knownHosts: file('own'), learned: file('learned') };
    route = routesBy(settings)(host);
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is refused with the name of the file that holds the other key', async () => {
    writeFileSync(file('learned'), line(otherKey.public));
    const { evidence, next } = await rejection(open(), 'SSH_HOST_KEY_CHANGED');
    expect(evidence).to.include(`known_hosts: ${file('learned')} (holds ssh-ed25519)`);
    expect(next).to.include(
      `-f ${file('learned')}; ssh-keyscan -p ${route.port} 127.0.0.1 >> ${file('own')}`,
    );
  });

  it('needs nobody to remember the instance', async () => {
    writeFileSync(file('own'), line(hostKey.public));
    const keys: HostKeys = {
      learn: () => Promise.resolve(undefined),
      seen: () => Promise.reject(new Error('EROFS: read-only file system')),
    };
    const { ssh, link } = await open(keys);
    expect(ssh.isConnected()).to.equal(true);
    ssh.dispose();
    link.close();
  });
});
