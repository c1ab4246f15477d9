import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { localSettings } from '../../runner/src/local/settings.js';

/** The newest that takes ansible-core 2.19, and that. */
const PACKAGES = ['ansible-core>=2.19,<2.20', 'mitogen==0.3.54'];

/** Installs Ansible with Mitogen once, beside the one of the local environment. @returns its folder of programs */
export async function ansibleWithMitogen(): Promise<string> {
  const venv = join(localSettings(process.env).home, 'bench', 'ansible');
  const bin = join(venv, 'bin');
  if (!existsSync(join(bin, 'ansible-playbook'))) {
    await execa('python3', ['-m', 'venv', venv]);
    await execa(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  }
  return bin;
}
