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
  tools: () => import('./tools.js'),
  config: () => import('./config.js'),
  local: () => import('./local.js'),
  completion: () => import('./completion.js'),
  build: () => import('./build.js'),
  test: () => import('./test.js'),
  push: () => import('./push.js'),
  release: () => import('./release.js'),
  plan: () => import('./plan.js'),
  apply: () => import('./apply.js'),
  drift: () => import('./drift.js'),
  destroy: () => import('./destroy.js'),
  output: () => import('./output.js'),
  'iam-policy': () => import('./iam-policy.js'),
  inventory: () => import('./inventory.js'),
  provision: () => import('./provision.js'),
  env: () => import('./env.js'),
  stages: () => import('./stages.js'),
  run: () => import('./run.js'),
  verify: () => import('./verify.js'),
  diff: () => import('./diff.js'),
  deploy: () => import('./deploy.js'),
  promote: () => import('./promote.js'),
  continue: () => import('./continue.js'),
  rollback: () => import('./rollback.js'),
  migrate: () => import('./migrate.js'),
  needs: () => import('./needs.js'),
  tasks: () => import('./tasks.js'),
  logs: () => import('./logs.js'),
  exec: () => import('./exec.js'),
  task: () => import('./task.js'),
  scale: () => import('./scale.js'),
  restart: () => import('./restart.js'),
  drain: () => import('./drain.js'),
  power: () => import('./power.js'),
  instances: () => import('./instances.js'),
  keys: () => import('./keys.js'),
  alarms: () => import('./alarms.js'),
  groups: () => import('./trafficGroups.js'),
  images: () => import('./images.js'),
  prune: () => import('./prune.js'),
  status: () => import('./status.js'),
  history: () => import('./history.js'),
  report: () => import('./report.js'),
  lock: () => import('./lock.js'),
  notify: () => import('./notify.js'),
  conclude: () => import('./conclude.js'),
  credentials: () => import('./credentials.js'),
  complete: () => import('./complete.js'),
  echo: () => import('./echo.js'),
};

/** All commands of all files, hidden ones included. */
export async function allCommands(): Promise<readonly CommandDefinition[]> {
  const modules = await Promise.all(Object.values(registry).map((load) => load()));
  return modules.flatMap((module) => module.commands);
}
