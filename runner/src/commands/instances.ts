import type { CommandDefinition } from './command.js';
import { list } from './command.js';
import { instanceAccess } from './instanceAccess.js';
import { instanceChanges } from './instanceChanges.js';
import { instanceCreate } from './instanceCreate.js';
import { listResources, withEnvironments, type FoundIn } from './resourceList.js';
import {
  ago,
  allEnvironmentsOption,
  isWatched,
  tagOption,
  tagsAsked,
  watchOption,
} from './resourceOptions.js';
import { VERSION_TAG } from '../domain/deploymentTags.js';
import type { NamedInstance } from '../domain/instance.js';

const HEADERS = [
  'environment',
  'name',
  'id',
  'state',
  'type',
  'zone',
  'private',
  'public',
  'started',
  'version',
];
const STATES = ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'];

const instancesList: CommandDefinition = {
  name: 'instances list',
  summary: 'List the instances of an environment',
  description:
    'Instances that carry the tags of the deployment, `application` and `environment`, also those that are stopped; terminated ones only where `--state terminated` asks for them. EC2 forgets those after about an hour.',
  options: [
    tagOption,
    {
      name: 'state',
      value: 'STATE',
      repeatable: true,
      choices: STATES,
      description: 'Only those in this state. May be repeated.',
    },
    allEnvironmentsOption,
    watchOption,
  ],
  examples: [
    { command: 'instances list --env staging', explains: 'What there is in staging.' },
    {
      command: 'instances list --all-environments --state running --json',
      explains: 'What runs anywhere, for a script.',
    },
    { command: 'instances list --env staging --tag role=web --watch', explains: 'As it changes.' },
  ],
  environment: 'several',
  endless: isWatched,
  async run(context, input) {
    const filter = { tags: tagsAsked(input), states: list(input, 'state') };
    const { instancesOf } = await import('../resources/instances.js');
    return listResources(context, input, {
      look: (environment) => instancesOf(context, environment, filter),
      show: (found, now) => shown(found, now),
      none: 'no such instance',
    });
  },
};

const orphans: CommandDefinition = {
  name: 'instances orphans',
  summary: 'List instances that a killed run left',
  description: `Instances that a deploy launched (they carry the tag \`automation-stack:run\`) and that no record has any more, with why: neither do they serve, nor are they kept for a rollback. While a run holds the environment’s lock, or a deployment was cut off, there are none: they may be needed. Exit code 0 whether there are some or not; \`instances delete\` deletes them by id.`,
  options: [allEnvironmentsOption],
  examples: [{ command: 'instances orphans --env staging', explains: 'What costs money and serves nobody.' }],
  environment: 'several',
  async run(context, input) {
    const { orphanedInstances } = await import('../resources/orphans.js');
    return listResources(context, input, {
      look: (environment) => orphanedInstances(context, environment),
      show: (found, now) => shown(found, now, ({ why }) => why),
      none: 'no orphaned instance',
    });
  },
};

/** Instances of environments as a table. */
function shown<T extends NamedInstance>(
  found: readonly FoundIn<readonly T[]>[],
  now: Date,
  why?: (instance: T) => string,
) {
  const data = withEnvironments(found);
  const rows = data.map((one) => [
    one.environment,
    one.name,
    one.id,
    one.state,
    one.type,
    one.zone ?? '',
    one.privateAddress ?? '',
    one.publicAddress ?? '',
    one.state === 'running' ? ago(one.launched, now) : '',
    one.tags[VERSION_TAG] ?? '',
    ...(why === undefined ? [] : [why(one)]),
  ]);
  return { data, tables: [{ headers: [...HEADERS, ...(why === undefined ? [] : ['why'])], rows }] };
}

export const commands: readonly CommandDefinition[] = [
  instancesList,
  instanceCreate,
  ...instanceChanges,
  ...instanceAccess,
  orphans,
];
