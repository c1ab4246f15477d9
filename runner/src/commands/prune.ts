import { StackError } from '../base/errors.js';
import { isDuration, parseDuration } from '../base/duration.js';
import { prunedKinds, type PrunedKind, type PruneItem } from '../domain/retention.js';
import type { Config } from '../config/schema.js';
import type { PruneAsked, PrunePlan } from '../resources/prune/prunePlan.js';
import { option, type CommandDefinition, type CommandInput } from './command.js';
import { waiting } from './deploy.js';
import { waitOption, wholeNumber } from './operateOptions.js';
import { ago, confirmed, yesOption } from './resourceOptions.js';
import { runOfOne } from './resourceRun.js';

const HEADERS = ['what', 'name', 'made', 'mb', 'goes', 'why'];

const prune: CommandDefinition = {
  name: 'prune',
  summary: 'Delete old images, artifacts, task definitions, machine images and records that nothing needs',
  description: `Keeps what any environment runs or may return to, as \`retention\` of the configuration says, and deletes the rest: images in the repositories of the configuration, artifacts in its buckets, revisions of the task definitions of its services, and old records of the ledger. Of these only what a build of this application made is ever deleted. Machine images (AMIs) with the tags of the deployment, and their snapshots, go where \`retention.machine-images\` says so. \`--dry-run\` shows what goes and what stays, and why; without it the command asks first, unless \`--yes\`.

Before it deletes, it takes the locks of all environments of the application, looks again, and deletes only what goes by both looks. A release of which something is deleted is retired: no deploy takes it any more. A run that was killed is continued by the next one. It is recorded who did it (\`history --changes\`). Where nothing goes it takes no lock and exits 0, so it can run every night.`,
  options: [
    {
      name: 'only',
      value: 'KINDS',
      description: `Only these kinds, with commas between them: ${prunedKinds.join(', ')}.`,
    },
    {
      name: 'keep',
      value: 'N',
      description: 'How many stay however old, in place of the configured number.',
    },
    {
      name: 'older-than',
      value: 'DURATION',
      description: 'Only what is older than this, in place of the configured time, e.g. 60d.',
    },
    yesOption,
    waitOption,
  ],
  examples: [
    { command: 'prune --env staging --dry-run', explains: 'What would go, what stays, and why.' },
    { command: 'prune --env staging --yes --wait 10m', explains: 'For a timer: nobody is asked.' },
    {
      command: 'prune --env staging --only images --older-than 60d',
      explains: 'Images alone, after a question.',
    },
  ],
  changes: true,
  environment: 'required',
  async run(context, input) {
    const environment = await context.environment();
    const asked = askedOf(input, await context.config());
    const [{ planPrune }, { table }, { countWords, prunedWords }] = await Promise.all([
      import('../resources/prune/prunePlan.js'),
      import('../views/table.js'),
      import('../resources/prune/rules/pruneWords.js'),
    ]);
    const shown = await planPrune(context, environment, asked);
    const going = shown.items.filter(({ goes }) => goes);
    const retired = shown.retiring.map(({ version }) => version);
    const data = { environment: environment.name, items: shown.items, retiring: retired };
    const now = context.clock.now();
    const rows = [...going, ...shown.items.filter(({ goes }) => !goes)].map((item) => rowOf(item, now));
    const listed = rows.length === 0 ? [] : [table(HEADERS, rows), ''];
    if (isNothing(shown)) {
      const text = [...listed, `Nothing of ${environment.name} goes.`].join('\n');
      return { data: { ...data, deleted: [] }, text };
    }
    const stay = shown.items.length - going.length;
    const versions = retired.length === 0 ? '' : `; retired: ${retired.join(', ')}`;
    const sum = `${countWords(going) || 'records only'} of ${environment.name} ${going.length === 1 ? 'goes' : 'go'}, ${stay} stay${versions}.`;
    if (context.options.dryRun) {
      return { data: { dryRun: true, ...data }, text: [...listed, sum, 'Nothing was changed.'].join('\n') };
    }
    await confirmed(context, input, {
      question: [...listed, sum.replace(/\.$/, ', for ever.')].filter((line) => line !== ''),
      command: `node runner prune --env ${environment.name}${typed(input)}`,
    });
    const done = await runOfOne(
      context,
      environment,
      'prune',
      async (stage) => {
        const { prune: carryOut } = await import('../resources/prune/prune.js');
        return carryOut(context, environment, asked, { shown, stage, waitMs: 0, ...waiting(input) });
      },
      prunedWords,
    );
    return { data: { ...data, deleted: done.deleted, retired: done.retired } };
  },
};

/** @throws StackError USAGE */
function askedOf(input: CommandInput, { file, retention }: Config): PruneAsked {
  const only = option(input, 'only')
    ?.split(',')
    .map((word) => word.trim());
  const unknown = only?.find((word) => !(prunedKinds as readonly string[]).includes(word));
  if (unknown !== undefined)
    throw new StackError('USAGE', `--only ${unknown} is nothing that is pruned`, {
      next: `Name some of: ${prunedKinds.join(', ')}.`,
    });
  const hasMachines = retention['machine-images'] !== undefined;
  if (only?.includes('machine-images') === true && !hasMachines)
    throw new StackError('USAGE', 'the configuration does not say that machine images are pruned', {
      where: file,
      next: 'Write `retention: { machine-images: {} }` into it, which keeps the 10 newest and all of 30 days.',
    });
  const keep = wholeNumber(input, 'keep', 2);
  const olderThan = option(input, 'older-than');
  if (olderThan !== undefined && !isDuration(olderThan))
    throw new StackError('USAGE', `--older-than ${olderThan} is not a duration`, {
      next: 'Use e.g. --older-than 60d.',
    });
  return {
    kinds:
      (only as PrunedKind[] | undefined) ??
      prunedKinds.filter((kind) => kind !== 'machine-images' || hasMachines),
    ...(keep === undefined ? {} : { keep }),
    ...(olderThan === undefined ? {} : { olderThanMs: parseDuration(olderThan) }),
  };
}

/** The options that say what goes, as they were typed. */
const typed = (input: CommandInput): string =>
  ['only', 'keep', 'older-than']
    .flatMap((name) => {
      const value = option(input, name);
      return value === undefined ? [] : [` --${name} ${value}`];
    })
    .join('');

const isNothing = ({ items, retiring, returning, builds, forgetting }: PrunePlan): boolean =>
  !items.some(({ goes }) => goes) &&
  [retiring, returning, builds, forgetting].every((list) => list.length === 0);

const rowOf = ({ kind, name, made, bytes, goes, why }: PruneItem, now: Date): readonly string[] => [
  ...[kind, name, ago(made, now), bytes === undefined ? '' : (bytes / 1e6).toFixed(1)],
  ...[goes ? 'yes' : '', why],
];

export const commands = [prune];
