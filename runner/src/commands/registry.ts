import type { CommandDefinition } from './command.js';

interface CommandModule {
  readonly commands: readonly CommandDefinition[];
}

/**
 * Every verb and the file that defines it, in the order that help shows. A file is loaded only when its verb is
 * called (or when help, completion or docs list them all).
 */
export const registry: Readonly<Record<string, () => Promise<CommandModule>>> = {
  config: () => import('./config.js'),
  stages: () => import('./stages.js'),
  inventory: () => import('./inventory.js'),
  provision: () => import('./provision.js'),
  history: () => import('./history.js'),
  lock: () => import('./lock.js'),
  completion: () => import('./completion.js'),
};

/** All commands of all files, hidden ones included. */
export async function allCommands(): Promise<readonly CommandDefinition[]> {
  const modules = await Promise.all(Object.values(registry).map((load) => load()));
  return modules.flatMap((module) => module.commands);
}
