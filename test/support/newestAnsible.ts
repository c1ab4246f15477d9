import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { localSettings } from '../../runner/src/local/settings.js';

const run = promisify(execFile);

/** The newest ansible-core, and the first Python that takes it. */
const NEWEST = { core: '2.21.5', python: 12 };
/** Of the local environment: the newest that older Pythons take. */
const OLDER = '2.19.14';

/** Installs the newest ansible-core that a Python of this machine takes, once. @returns its folder of programs, its version */
export async function newestAnsible(): Promise<{ readonly bin: string; readonly core: string }> {
  const { minor, python } = await newestPython();
  const core = minor >= NEWEST.python ? NEWEST.core : OLDER;
  const venv = join(localSettings(process.env).tools, `ansible-core-${core}`);
  const bin = join(venv, 'bin');
  if (!existsSync(join(bin, 'ansible-playbook'))) {
    await run(python, ['-m', 'venv', '--clear', venv]);
    const pip = ['install', '--quiet', '--disable-pip-version-check', `ansible-core==${core}`];
    await run(join(bin, 'pip'), pip);
  }
  return { bin, core };
}

async function newestPython(): Promise<{ readonly minor: number; readonly python: string }> {
  const managed = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const candidates = [
    'python3',
    ...Array.from({ length: 8 }, (_, index) => `python3.${NEWEST.python + index}`),
    ...(existsSync(managed)
      ? readdirSync(managed).map((version) => join(managed, version, 'bin/python3'))
      : []),
  ];
  const found = await Promise.all(
    candidates.map(async (python) => {
      // A shim of pyenv may be there and lead nowhere.
      const asked = await run(python, ['-c', 'import sys, venv; print(*sys.version_info[:2])']).catch(
        () => undefined,
      );
      const [major, minor] = (asked?.stdout ?? '').split(' ').map(Number);
      return major === 3 && minor !== undefined ? [{ minor, python }] : [];
    }),
  );
  const newest = found.flat().sort((one, other) => other.minor - one.minor)[0];
  if (newest === undefined) throw new Error('there is no Python 3 with venv');
  return newest;
}
