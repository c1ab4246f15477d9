import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LocalContext } from '../../../runner/src/local/localContext.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { trustHostKey } from '../../../runner/src/local/sshTrust.js';
import { rejection } from '../../support/rejection.js';
import { VirtualClock } from '../../support/virtualClock.js';

describe('the key of a local host', () => {
  let home: string;
  /** A host whose key is there after so many questions. */
  const local = (after: number): LocalContext => {
    const env = { AUTOMATION_STACK_HOME: home };
    let asked = 0;
    const run = async () => {
      const stdout = (asked += 1) > after ? 'ssh-ed25519 AAAA root@host' : '';
      return { exitCode: stdout === '' ? 1 : 0, stdout, stderr: '', tail: [] };
    };
    return {
      settings: localSettings(env),
      env,
      processes: { run },
      clock: new VirtualClock(),
      signal: undefined,
      report: () => undefined,
    };
  };
  const known = (context: LocalContext) => readFileSync(context.settings.knownHosts, 'utf8');

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'automation-stack-trust-'));
    mkdirSync(localSettings({ AUTOMATION_STACK_HOME: home }).state, { recursive: true });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is waited for while the host boots, also on a busy machine', async () => {
    const context = local(400);
    await trustHostKey(context, 'host', 4640);
    expect(known(context)).to.equal('[127.0.0.1]:4640 ssh-ed25519 AAAA\n');
  });

  it('is not written where the host never makes one', async () => {
    const context = local(Number.MAX_SAFE_INTEGER);
    await rejection(trustHostKey(context, 'host', 4640), 'SSH_UNREACHABLE');
    expect(() => known(context)).to.throw(/ENOENT/);
  });
});
