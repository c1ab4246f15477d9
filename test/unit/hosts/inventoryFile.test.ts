import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { InventoryConfig } from '../../../runner/src/config/schema.js';
import type { Context, NamedEnvironment } from '../../../runner/src/context/context.js';
import { hostsFromFile } from '../../../runner/src/hosts/inventoryFile.js';

describe('the user of an inventory file’s hosts', () => {
  let folder: string;
  const list = JSON.stringify({ _meta: { hostvars: { web1: {}, web2: { ansible_user: 'own' } } } });
  const users = async (more: { user?: string; env?: Record<string, string> } = {}) => {
    const context = {
      env: { PATH: folder, HOME: folder, ...more.env },
      options: { directory: folder },
      config: () => Promise.resolve({ directory: folder }),
      resolve: () => Promise.resolve(undefined),
      processes: { run: () => Promise.resolve({ exitCode: 0, stdout: list, tail: [] }) },
    } as unknown as Context;
    const environment = { name: 'test', config: {} } as unknown as NamedEnvironment;
    const inventory = { user: more.user, groups: [] } as unknown as InventoryConfig;
    return (await hostsFromFile(context, environment, inventory, 'hosts')).map(({ user }) => user);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-inventory-'));
    mkdirSync(join(folder, 'ansible'));
    writeFileSync(join(folder, 'ansible-playbook'), '', { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the host’s own, else what the environment, the shell or ansible.cfg says', async () => {
    expect(await users()).to.deep.equal(['ec2-user', 'own']);
    writeFileSync(join(folder, 'ansible', 'ansible.cfg'), '[defaults]\nremote_user = cfg\n');
    expect(await users()).to.deep.equal(['cfg', 'own']);
    const env = { ANSIBLE_REMOTE_USER: 'shell' };
    expect(await users({ env })).to.deep.equal(['shell', 'own']);
    expect(await users({ env, user: 'said' })).to.deep.equal(['said', 'own']);
  });
});
