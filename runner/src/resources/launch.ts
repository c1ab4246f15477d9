import { randomUUID } from 'node:crypto';
import { launchInstances, type Launch } from '../adapters/aws/instances.js';
import { StackError } from '../base/errors.js';
import type { Context, NamedEnvironment } from '../context/context.js';
import { DELIVERY_TAG } from '../domain/deliveryTags.js';
import { tagsOf } from '../domain/deploymentTags.js';
import type { NamedInstance } from '../domain/instance.js';
import type { Stage } from '../events/stage.js';
import { deploymentOf } from '../infrastructure/ownership.js';
import { recordedWork } from './recordedWork.js';
import { waitForState } from './waitForInstances.js';
import { accountAws } from './accountAws.js';

/** What is asked for; the deployment's own tags are added. */
export type LaunchAsked = Omit<Launch, 'tags' | 'token'> & {
  /** Their Name tag. */
  readonly name: string;
  /** More tags. */
  readonly more: Readonly<Record<string, string>>;
};

/**
 * What a launch is made of.
 * @throws StackError USAGE where a tag says whose it is
 */
export async function planLaunch(
  context: Context,
  environment: NamedEnvironment,
  { name, more, ...launch }: LaunchAsked,
): Promise<Launch> {
  const own = tagsOf(await deploymentOf(context, environment));
  const taken = Object.keys(more).find(
    (key) => Object.hasOwn(own, key.toLowerCase()) || key.startsWith(DELIVERY_TAG),
  );
  if (taken !== undefined) {
    throw new StackError('USAGE', `the tag ${taken} says whose an instance is: it is set by itself`, {
      next: `Leave --tag ${taken}=… out.`,
    });
  }
  // As a deploy tags its own, which is what IAM asks of whoever launches; without the run, no deploy takes it for one of its own.
  const tags = { ...more, ...own, ...deliveryTags(own), Name: name };
  return { ...launch, tags, token: randomUUID() };
}

/**
 * Launches instances and waits until they run.
 * @throws StackError AWS_REFUSED where EC2 has none to give; INSTANCE_FAILED; LOCKED
 */
export function launch(
  context: Context,
  environment: NamedEnvironment,
  asked: {
    readonly launch: Launch;
    readonly stage: Stage;
    readonly waitMs: number;
    readonly timeoutMs: number;
  },
): Promise<readonly NamedInstance[]> {
  const { stage, waitMs, timeoutMs } = asked;
  const { count, tags } = asked.launch;
  const summary = `create ${count} × ${tags['Name'] ?? ''}`;
  return recordedWork(context, environment, { kind: 'instances', summary, stage, waitMs }, async (signal) => {
    const aws = await accountAws(context, environment);
    const made = await launchInstances(aws, asked.launch, signal);
    for (const { id, name } of made) stage.subject(name).progress('launch', `${id} is launched`);
    return waitForState(made, 'start', {
      ...{ aws, stage, signal, timeoutMs },
      clock: context.clock,
      environment: environment.name,
    });
  });
}

const deliveryTags = (own: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(own).map(([name, value]) => [`${DELIVERY_TAG}${name}`, value]));
