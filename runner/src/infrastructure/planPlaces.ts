import { readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { makeDirectories } from '../adapters/process/directories.js';
import type { Config } from '../config/schema.js';
import type { Context } from '../context/context.js';
import { sharedRun } from '../base/sharedRun.js';
import { writeFailure } from '../adapters/process/localFailures.js';
import type { PlanOrigin } from './planOrigin.js';

/** The runner's own folder of a workspace: Jenkins carries a build's part of it from agent to agent. */
const OWN = '.automation-stack';
const DAY_MS = 86_400_000;
/** Plans of builds that were abandoned are kept for somebody to look at. */
const KEPT_MS = 7 * DAY_MS;

/** The folder of plans and logs: in the state directory, or beside the configuration where the state is not on this machine. */
export function plansDirectory(config: Config): string {
  return join(config.stateFolder ?? resolve(config.directory, OWN), 'plans');
}

/**
 * Where a plan is kept unless somebody names another file. On a laptop there is one an environment. A build has its own:
 * several may wait for their approvals at one time, and each must find what it has planned, on whatever agent it goes on.
 */
export function defaultPlanFile(
  config: Config,
  env: Context['env'],
  environment: string,
  { destroy, scope }: Pick<PlanOrigin, 'destroy' | 'scope'>,
): string {
  const kind = `${destroy ? '.destroy' : ''}${scope === undefined ? '' : `.scope-${scope.name}`}`;
  const build = buildFolder(config, env);
  return join(build ?? plansDirectory(config), `${environment}${kind}.tfplan`);
}

/**
 * The folder of plans and logs, kept out of git: nobody is to commit a plan by mistake.
 * @throws StackError STATE_WRITE_FAILED
 */
export async function makePlansDirectory(config: Config): Promise<string> {
  const directory = plansDirectory(config);
  await make(directory, directory);
  return directory;
}

/**
 * Makes the folder that a plan is going to be kept in, where it is one of ours; a build removes what others have left.
 * @throws StackError STATE_WRITE_FAILED
 */
export async function makePlanFolder(config: Config, env: Context['env'], file: string): Promise<void> {
  const folder = dirname(file);
  if (folder === plansDirectory(config)) await makePlansDirectory(config);
  if (folder !== buildFolder(config, env)) return;
  await make(dirname(folder), folder);
  await sweep(config, folder);
}

/** Removes a build's folder once nothing is in it. */
export async function leavePlanFolder(config: Config, env: Context['env'], file: string): Promise<void> {
  const folder = dirname(file);
  if (folder === buildFolder(config, env)) await rmdir(folder).catch(() => undefined);
}

function buildFolder(config: Config, env: Context['env']): string | undefined {
  const run = sharedRun(env);
  return run === undefined ? undefined : resolve(config.directory, OWN, 'plans', run);
}

async function make(ignored: string, directory: string): Promise<void> {
  try {
    makeDirectories(directory);
    await writeFile(join(ignored, '.gitignore'), '*\n');
  } catch (error) {
    throw writeFailure(error, directory);
  }
}

/**
 * Removes the plans of other builds once none of them can be waiting any more: they hold secrets in clear text. A build
 * that waits longer still has its plan in what Jenkins carries. Never throws: the next build sweeps again.
 */
async function sweep({ jenkins }: Config, own: string): Promise<void> {
  const base = dirname(own);
  const kept = Math.max(KEPT_MS, jenkins.approval.timeout + jenkins.timeout);
  const entries = await readdir(base, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(base, entry.name);
    const isPlan = entry.isDirectory() || /\.tfplan(?:\.json)?$/.test(entry.name);
    if (!isPlan || path === own) continue;
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > kept)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
