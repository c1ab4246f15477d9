import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LocalContext } from '../../../runner/src/local/localContext.js';
import { localSettings } from '../../../runner/src/local/settings.js';
import { watchLimitUp } from '../../../runner/src/local/watchLimit.js';
import { VirtualClock } from '../../support/virtualClock.js';

describe('the limit of watches that hosts share', () => {
  let folder: string;
  let said: string[];
  let run: string[];
  const local = (exitCode: number): LocalContext => ({
    settings: localSettings({}),
    env: {},
    processes: {
      async run({ file, args }) {
        run.push([file, ...args].join(' '));
        return { exitCode, stdout: '', stderr: '', tail: [] };
      },
    },
    clock: new VirtualClock(),
    signal: undefined,
    report: ({ message }) => void said.push(message),
  });
  const withLimit = async (limit: string, exitCode = 0) => {
    [said, run] = [[], []];
    const file = join(folder, 'max_user_instances');
    writeFileSync(file, limit);
    await watchLimitUp(local(exitCode), file);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'automation-stack-limit-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is raised where it is the default of the kernel, which is said', async () => {
    await withLimit('128\n');
    expect(run.at(-1)).to.match(/sysctl --quiet --write fs\.inotify\.max_user_instances=1024$/);
    expect(said).to.deep.equal([
      'fs.inotify.max_user_instances=1024 (was 128, enough for 32 hosts), until the next boot',
    ]);
  });

  it('stays where it is high enough, or where there is none', async () => {
    await withLimit('1024\n');
    expect([run, said]).to.deep.equal([[], []]);
    await watchLimitUp(local(0), join(folder, 'none'));
    expect([run, said]).to.deep.equal([[], []]);
  });

  it('stops nothing where the machine does not allow it, and says what to type', async () => {
    await withLimit('128\n', 1);
    expect(said.at(-1)).to.contain('sudo sysctl -w fs.inotify.max_user_instances=1024');
  });
});
