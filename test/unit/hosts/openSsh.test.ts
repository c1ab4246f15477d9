import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createProcesses } from '../../../runner/src/adapters/process/processes.js';
import type { Context } from '../../../runner/src/context/context.js';
import type { Host } from '../../../runner/src/domain/host.js';
import { SecretRegistry } from '../../../runner/src/secrets/redact.js';
import { throughOpenSsh } from '../../../runner/src/hosts/openSsh.js';
import { routeSettings } from '../../support/routes.js';

describe('what an inventory file tells ssh', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'automation-stack-ssh-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('may name files as seen from the folder that Ansible works in', async () => {
    writeFileSync(join(folder, 'ssh.cfg'), 'Host app\n  Port 2222\n  IdentityFile keys/id\n');
    const secrets = new SecretRegistry();
    const processes = createProcesses({ cwd: '/', env: process.env, redactor: () => secrets.lines() });
    const context = { processes } as unknown as Context;
    const host: Host = {
      ...{ name: 'app', address: 'app', port: 22, user: 'deploy', groups: [], assumed: ['port'] },
      openSsh: { asked: ['-F', 'ssh.cfg'], words: [], directory: folder },
    };
    const [found] = await throughOpenSsh(context, [host], routeSettings());
    expect(found).to.deep.include({ port: 2222, privateKey: join(folder, 'keys/id') });
  });
});
