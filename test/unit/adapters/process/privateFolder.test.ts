import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { privateFolder, sweepPrivateFolders } from '../../../../runner/src/adapters/process/privateFolder.js';
import { cli } from '../../../support/cli.js';
import { rejection } from '../../../support/rejection.js';

describe('a private folder', () => {
  let directory: string;
  let env: Record<string, string>;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'automation-stack-test-'));
    env = { TMPDIR: directory };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** What a process leaves that was killed: a folder with a secret, under a name made from a living one's. */
  const leave = async (change: (name: string) => string, kind: 'memory' | 'disk' = 'disk') => {
    const folder = await privateFolder(env, kind);
    await folder.remove();
    const left = join(dirname(folder.path), change(basename(folder.path)));
    mkdirSync(left, { mode: 0o700 });
    writeFileSync(join(left, 'variables.json'), '{"token":"hunter2"}');
    return left;
  };
  const dead = () => String(spawnSync('true').pid);
  const ofDead = (name: string) => name.replace(/-\d+-\d+-/, `-${dead()}-1-`);

  for (const kind of ['memory', 'disk'] as const) {
    it(`is readable by its owner alone, and goes with all that is in it (${kind})`, async () => {
      const folder = await privateFolder(env, kind);
      const file = await folder.file('a', 'secret');
      expect(statSync(folder.path).mode & 0o777).to.equal(0o700);
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      await folder.remove();
      await folder.remove();
      expect(existsSync(folder.path)).to.equal(false);
    });

    it(`is swept by the next command where its process is gone (${kind})`, async () => {
      const left = await leave(ofDead, kind);
      await cli(['config', 'schema'], { env });
      expect(existsSync(left)).to.equal(false);
    });
  }

  it('is swept where its process id was given to another process since', async () => {
    const left = await leave((name) => name.replace(/-\d+-(\w{6})$/, '-1-$1'));
    await sweepPrivateFolders(env);
    expect(existsSync(left)).to.equal(false);
  });

  it('is left where its process lives, may live, or is not told', async () => {
    const living = await privateFolder(env, 'disk');
    const elsewhere = await leave((name) => ofDead(name).replace(/private-\w{8}/, 'private-00000000'));
    const others = await leave(() => 'automation-stack-something');
    const kept = join(directory, 'kept');
    mkdirSync(kept);
    writeFileSync(join(kept, 'a'), '');
    symlinkSync(kept, join(directory, ofDead(basename(living.path))));
    await sweepPrivateFolders(env);
    for (const path of [living.path, elsewhere, others, join(kept, 'a')])
      expect(existsSync(path), path).to.equal(true);
    await living.remove();
  });

  it('is swept a day later where nobody can tell whether its process lives', async () => {
    const left = await leave((name) => ofDead(name).replace(/private-\w{8}/, 'private-00000000'));
    const longAgo = new Date(Date.now() - 25 * 60 * 60_000);
    utimesSync(left, longAgo, longAgo);
    await sweepPrivateFolders(env);
    expect(existsSync(left)).to.equal(false);
  });

  it('is a failure with its cause where there is no place for it', async () => {
    const nowhere = { TMPDIR: join(directory, 'missing') };
    const error = await rejection(privateFolder(nowhere, 'disk'), 'FILE_FAILED');
    expect(error.next).to.contain('TMPDIR');
    await sweepPrivateFolders(nowhere);
  });
});
