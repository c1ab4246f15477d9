import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { localSettings } from '../../runner/src/local/settings.js';

/** The tools that the runner is measured beside, as they come from PyPI. */
const PACKAGES = ['ecs-deploy==1.17.0', 'awscli==1.46.3'];

export interface Peers {
  readonly ecsDeploy: string;
  readonly aws: string;
}

/** Installs them once, into a virtualenv of their own that outlives the benchmark. */
export async function peers(): Promise<Peers> {
  const venv = join(localSettings(process.env).home, 'bench', 'venv');
  const found = { ecsDeploy: join(venv, 'bin', 'ecs'), aws: join(venv, 'bin', 'aws') };
  if (!existsSync(found.ecsDeploy) || !existsSync(found.aws)) {
    await execa('python3', ['-m', 'venv', venv]);
    await execa(join(venv, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
  }
  return found;
}
