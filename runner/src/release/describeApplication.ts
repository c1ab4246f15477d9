import { recordedNeeds, type Needs } from '../config/configuredNeeds.js';
import type { ContextWith } from '../context/context.js';
import type { DeploymentRecord } from '../domain/records.js';
import type { ApplicationDocument } from '../state/application.js';

/**
 * Leaves in the store what other applications must know of this one, so that they can walk the graph without its
 * sources. Where the last deployment to the environment knew the same, nothing is read or written.
 * @param latest the last deployment to the environment, whatever became of it
 * @returns what this application needs, for the record of the deployment that starts
 */
export async function describeApplication(
  context: ContextWith<'config' | 'kinds' | 'store'>,
  latest: DeploymentRecord | undefined,
): Promise<Needs> {
  const document = await documentOf(context);
  if (JSON.stringify(latest?.needs) === JSON.stringify(document.needs)) return document.needs;
  const { recordApplication } = await import('../state/application.js');
  await recordApplication(await context.store(), document);
  return document.needs;
}

/**
 * The same when a release is recorded, where it needs others and has no document yet: two new applications that need
 * each other would otherwise wait for each other without being told. A document that is there is left to deployments,
 * which are checked first: a release that makes a circle must not hold up others that were well.
 */
export async function introduceApplication(
  context: ContextWith<'config' | 'kinds' | 'store'>,
): Promise<void> {
  const document = await documentOf(context);
  if (Object.keys(document.needs).length === 0) return;
  const { introduceApplication: introduce } = await import('../state/application.js');
  await introduce(await context.store(), document);
}

async function documentOf(context: ContextWith<'config' | 'kinds'>): Promise<ApplicationDocument> {
  const config = await context.config();
  return {
    application: config.application,
    environments: Object.keys(config.environments),
    needs: await recordedNeeds(config, (await context.kinds()).stores),
  };
}
