import type { CommandDefinition } from './command.js';

interface CommandModule {
  readonly commands: readonly CommandDefinition[];
}

/**
 * Every verb and the file that defines it, in the order that help shows. A file is loaded only when its verb is
 * called (or when help, completion or docs list them all).
 */
export const registry: Readonly<Record<string, () => Promise<CommandModule>>> = {
  init: () => import('./init.js'),
  doctor: () => import('./doctor.js'),
  config: () => import('./config.js'),
  stages: () => import('./stages.js'),
  needs: () => import('./needs.js'),
  run: () => import('./run.js'),
  build: () => import('./build.js'),
  test: () => import('./test.js'),
  push: () => import('./push.js'),
  plan: () => import('./plan.js'),
  apply: () => import('./apply.js'),
  drift: () => import('./drift.js'),
  destroy: () => import('./destroy.js'),
  'iam-policy': () => import('./iam-policy.js'),
  output: () => import('./output.js'),
  inventory: () => import('./inventory.js'),
  env: () => import('./env.js'),
  provision: () => import('./provision.js'),
  migrate: () => import('./migrate.js'),
  deploy: () => import('./deploy.js'),
  promote: () => import('./promote.js'),
  rollback: () => import('./rollback.js'),
  status: () => import('./status.js'),
  history: () => import('./history.js'),
  release: () => import('./release.js'),
  lock: () => import('./lock.js'),
  notify: () => import('./notify.js'),
  report: () => import('./report.js'),
  local: () => import('./local.js'),
  conclude: () => import('./conclude.js'),
  echo: () => import('./echo.js'),
  completion: () => import('./completion.js'),
};

/** All commands of all files, hidden ones included. */
export async function allCommands(): Promise<readonly CommandDefinition[]> {
  const modules = await Promise.all(Object.values(registry).map((load) => load()));
  return modules.flatMap((module) => module.commands);
}
