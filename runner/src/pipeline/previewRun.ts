import type { Context, NamedEnvironment } from '../context/context.js';
import { StackError, toErrorRecord, type ErrorRecord } from '../base/errors.js';
import { Stage as Telling } from '../events/stage.js';
import type { Stage } from './rules/stageGraph.js';

export interface StagePreview {
  readonly id: string;
  readonly title: string;
  /** What the stage would do, line by line. */
  readonly lines: readonly string[];
  /** Why that cannot be told; the stage itself would most likely fail so. */
  readonly error?: ErrorRecord;
}

/**
 * `run --dry-run`: what each stage would do — images that would be built, what Terraform would change, which hosts and
 * targets would be moved. Looks, and changes nothing; previews are made one after another, in the order of the stages.
 * @param stages those that the run would have
 */
export async function previewRun(
  context: Context,
  stages: readonly Stage[],
): Promise<readonly StagePreview[]> {
  const previews: StagePreview[] = [];
  for (const stage of stages) {
    context.signal.throwIfAborted();
    const { id, title } = stage;
    try {
      const lines = await previewStage(context, stage, stages);
      previews.push({ id, title, lines: lines.flatMap((line) => line.split('\n')) });
    } catch (error) {
      const record = toErrorRecord(error);
      if (record.code === 'BUG' || record.code === 'INTERRUPTED') throw error;
      const apply = stages.find(
        ({ kind, environment }) => kind === 'apply' && environment === stage.environment,
      );
      const isYetToBeMade = record.code === 'OUTPUT_MISSING' && apply !== undefined;
      previews.push(
        isYetToBeMade
          ? { id, title, lines: [`Known only after ${apply.id} has run.`] }
          : { id, title, lines: [], error: record },
      );
    }
  }
  return previews;
}

/** The first stage that cannot be previewed, as the failure of the whole. */
export function previewFailure(previews: readonly StagePreview[]): StackError | undefined {
  const failed = previews.find(({ error }) => error !== undefined);
  if (failed?.error === undefined || failed.error.code === 'BUG') return undefined;
  const { code, message, where, evidence, next } = failed.error;
  return new StackError(code, `${failed.title}: ${message}`, {
    ...(where === undefined ? {} : { where }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(next === undefined ? {} : { next }),
  });
}

async function previewStage(
  context: Context,
  stage: Stage,
  all: readonly Stage[],
): Promise<readonly string[]> {
  const environment =
    stage.environment === undefined ? undefined : await context.environment(stage.environment);
  switch (stage.kind) {
    case 'needs':
      return [`Would check that what ${stage.environment} needs is healthy.`];
    case 'build': {
      const { previewBuild } = await import('../release/previewRelease.js');
      return (await previewBuild(context, [stage.image as string])).lines;
    }
    case 'test':
      return [`Would run the tests of ${stage.image}.`];
    case 'push': {
      const { previewPush } = await import('../release/previewRelease.js');
      return (await previewPush(context, environment as NamedEnvironment)).lines;
    }
    case 'plan': {
      const { planStep } = await import('../infrastructure/plan.js');
      const telling = new Telling(context.events, stage.id);
      const { text } = await planStep(context, environment as NamedEnvironment, telling, { silent: true });
      return [text];
    }
    case 'approve':
      return [`Would wait for the approval for ${stage.environment}.`];
    case 'approve-contract':
      return [`Would wait for the approval of the contract of ${stage.environment}.`];
    case 'contract':
      return [`Would remove what only older releases need in ${stage.environment}, once it is due.`];
    case 'apply':
      return [
        all.some(({ kind, environment: of }) => kind === 'plan' && of === stage.environment)
          ? 'Would apply that plan.'
          : 'Would apply the plan that was kept, or plan again.',
      ];
    case 'provision':
      return [await provisionText(context, environment as NamedEnvironment)];
    case 'deploy': {
      const { previewDeploy } = await import('../delivery/preview.js');
      return (await previewDeploy(context, environment as NamedEnvironment, undefined)).lines;
    }
    case 'continue':
      return [`Would ask at each pause in ${stage.environment} whether it goes on, or back.`];
    case 'release':
      return ['Would tag the commit with its version, push the tag, and make the release at the forge.'];
    case 'own':
      return [`Would run ${(await context.config()).stages[stage.id]?.run.join(' ') ?? ''}.`];
    case 'promote': {
      const { previewPromotion } = await import('../delivery/preview.js');
      return (await previewPromotion(context, environment as NamedEnvironment, undefined)).lines;
    }
  }
}

async function provisionText(context: Context, environment: NamedEnvironment): Promise<string> {
  const { inventoryOf } = await import('../hosts/inventory.js');
  const { layerTitle, layersOf } = await import('../hosts/rules/layers.js');
  const playbooks = layersOf(environment.config.provision?.playbooks).map(layerTitle).join(', ');
  const { hosts } = await inventoryOf(context, environment);
  const names = hosts.map(({ name }) => name).join(', ');
  return `Would run ${playbooks} on ${names || 'no host'}.`;
}
