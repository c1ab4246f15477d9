import * as z from 'zod';
import { didYouMean } from '../base/nearest.js';
import type { TargetConfig } from './kindSchemas.js';
import type { MigrateConfig } from './migrateSchema.js';
import type { Path } from './path.js';
import { commandOf, duration, lookedUp, name, text, variable } from './schemaWords.js';

const ids = z
  .union([text, z.array(text).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** Stages of a project's own, by name. */
export const ownStages = z.record(
  name,
  z.strictObject({
    after: ids.describe(
      'Stages that must have ended well before, such as deploy:staging. On a branch that lacks one of them there is no such stage.',
    ),
    before: ids.optional().describe('Stages that wait for it, such as approve:production.'),
    run: commandOf(lookedUp).describe('Command, run in the directory of this file without a shell.'),
    environment: name
      .optional()
      .describe('Environment whose AWS and variables it gets (default: that of the first stage of `after`).'),
    timeout: duration('30m').describe('After this long it is stopped and counts as failed.'),
    credentials: z
      .array(variable)
      .default([])
      .describe(
        'Environment variables that Jenkins sets from its credentials, beside those that `run` refers to.',
      ),
  }),
);

export type OwnStages = z.output<typeof ownStages>;
export type OwnStage = OwnStages[string];

/** What stages begin with that are no project's own. */
const BUILT_IN = [
  ...['needs', 'build', 'test', 'push', 'plan', 'approve', 'apply', 'provision', 'deploy', 'promote', 'own'],
  ...['continue', 'approve-contract', 'contract', 'release'],
];

interface Parts {
  readonly needs: object;
  readonly release?: { readonly branches: readonly string[] } | undefined;
  readonly images: Readonly<Record<string, { readonly test?: unknown }>>;
  readonly environments: Readonly<
    Record<
      string,
      {
        readonly infrastructure?: unknown;
        readonly provision?: unknown;
        readonly promotion?: { readonly from: string } | undefined;
        readonly targets: Readonly<Record<string, Pick<TargetConfig, 'strategy'>>>;
      }
    >
  >;
  readonly stages: OwnStages;
}

const isPausing = (targets: Parts['environments'][string]['targets']) =>
  Object.values(targets).some(({ strategy }) => (strategy?.pause ?? []).length > 0);

/** The contract step of a target, whose kind may have none. */
const contractOfTarget = (target: unknown) => {
  const { migrate } = target as { readonly migrate?: Pick<MigrateConfig, 'contract'> };
  return migrate?.contract === undefined ? [] : [migrate.contract];
};

/** Ids that some branch may have. */
function builtInIds({ needs, images, environments, release }: Parts): readonly string[] {
  const ofImages = Object.entries(images).flatMap(([image, { test }]) => [
    `build:${image}`,
    ...(test === undefined ? [] : [`test:${image}`]),
  ]);
  const ofEnvironments = Object.entries(environments).flatMap(([at, settings]) => {
    const isDeployedTo = Object.keys(settings.targets).length > 0;
    const isPromoted = settings.promotion !== undefined;
    // A release that is promoted from there goes there first, whatever brings it otherwise.
    const isSource = Object.values(environments).some(({ promotion }) => promotion?.from === at);
    const contracts = Object.values(settings.targets).flatMap(contractOfTarget);
    return [
      ...(Object.keys(needs).length > 0 ? [`needs:${at}`] : []),
      ...(settings.infrastructure === undefined ? [] : [`plan:${at}`, `apply:${at}`]),
      ...(isPromoted ? [`approve:${at}`] : []),
      ...(settings.provision === undefined ? [] : [`provision:${at}`]),
      ...(isDeployedTo && (isSource || !isPromoted) ? [`deploy:${at}`] : []),
      ...(isDeployedTo && isPromoted ? [`promote:${at}`] : []),
      ...(isPausing(settings.targets) ? [`continue:${at}`] : []),
      ...(contracts.some(({ approval }) => approval === 'required') ? [`approve-contract:${at}`] : []),
      ...(contracts.length > 0 ? [`contract:${at}`] : []),
    ];
  });
  return [
    ...ofImages,
    ...(ofImages.length > 0 ? ['push'] : []),
    ...ofEnvironments,
    ...((release?.branches ?? []).length > 0 ? ['release'] : []),
  ];
}

/** Where releases are promoted, no stage is called a deploy; other words are only mistyped. */
function meant(id: string, known: readonly string[]): string {
  const promoted = id.replace(/^deploy:/, 'promote:');
  return known.includes(promoted) ? promoted : id;
}

/** What is wrong with a project's own stages: names, and ids of stages that there are on no branch. */
export function stageFaults(config: Parts): readonly { readonly path: Path; readonly message: string }[] {
  const own = Object.keys(config.stages);
  const known = [...builtInIds(config), ...own];
  const environments = Object.keys(config.environments);
  return Object.entries(config.stages).flatMap(([stage, settings]) => {
    const here = ['stages', stage];
    const unknown = (key: 'after' | 'before', wanted: readonly string[]) =>
      wanted
        .filter((id) => !known.includes(id))
        .map((id) => ({
          path: [...here, key],
          message: `stages.${stage}.${key}: there is no stage "${id}".${didYouMean(meant(id, known), known) || ` Known: ${known.join(', ')}.`}`,
        }));
    const { after, before = [], environment } = settings;
    return [
      ...(BUILT_IN.includes(stage)
        ? [{ path: here, message: `stages.${stage}: is the name of a built-in stage: choose another one` }]
        : []),
      ...unknown('after', after),
      ...unknown('before', before),
      ...(environment === undefined || environments.includes(environment)
        ? []
        : [
            {
              path: [...here, 'environment'],
              message: `environment "${environment}" is not defined.${didYouMean(environment, environments)}`,
            },
          ]),
    ];
  });
}
