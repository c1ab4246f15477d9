import { spawnSync } from 'node:child_process';

/** Installs programs from packages of the same name, where the machine lacks them. @throws Error with what apt said */
export function requirePrograms(...names: readonly string[]): void {
  const missing = names.filter((name) => spawnSync('which', [name]).status !== 0);
  if (missing.length === 0) return;
  const options = { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  // Another suite may install at the same time.
  const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '--yes', '--quiet', ...missing];
  spawnSync('apt-get', ['update', '--quiet'], options);
  const { status, stderr } = spawnSync('apt-get', install, options);
  if (status !== 0) throw new Error(`these tests need ${missing.join(', ')}: ${stderr}`);
}
