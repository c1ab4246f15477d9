import * as z from 'zod';
import { checksOf, shortWatches } from '../../../config/checksSchema.js';
import {
  command,
  containerEnvironment,
  duration,
  durationText,
  group,
  health,
  lookedUp,
  name,
  targetNeeds,
  variables,
} from '../../../config/schemaWords.js';
import { parseDuration } from '../../../base/duration.js';

const port = z.number().int().min(1).max(65535);
const keepFor = durationText('24d').transform(parseDuration);

const COUNT = 2;
const KEEP = '24h';
const percent = z.number().int();

/** How an autoscaling group is refreshed. */
const autoscaling = z
  .strictObject({
    group: lookedUp.describe('Its name.'),
    'min-healthy': percent
      .min(0)
      .max(100)
      .default(100)
      .describe('How much of the group serves at least while instances are replaced, in percent.'),
    'max-healthy': percent
      .min(100)
      .max(200)
      .default(200)
      .describe(
        'How much of the group there may be meanwhile, in percent: above 100 new instances come first.',
      ),
    checkpoints: z
      .array(percent.min(1).max(100))
      .min(1)
      .optional()
      .describe(
        'After how much of the group it waits until the new ones are judged (default: one instance, then all).',
      ),
    'checkpoint-wait': durationText('48h')
      .transform(parseDuration)
      .optional()
      .describe(
        'How long it waits at a checkpoint (default: as long as the health gate may take). AWS goes on by itself then.',
      ),
    'warm-up': duration('0s').describe('How long a new instance is in service before it counts.'),
  })
  .superRefine((refresh, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { checkpoints = [], 'min-healthy': least, 'max-healthy': most } = refresh;
    if (most - least > 100) issue('max-healthy', 'must be at most 100 above min-healthy');
    if (checkpoints.some((one, index) => one <= (checkpoints[index - 1] ?? 0)))
      issue('checkpoints', 'must rise');
  });

const written = z.strictObject({
  kind: z.literal('instances'),
  artifact: name.optional().describe('Artifact of this configuration that the instances run.'),
  image: name.optional().describe('Image of this configuration that they run, in place of an artifact.'),
  'launch-template': lookedUp.describe('Launch template (id or name) that instances are launched from.'),
  'launch-template-version': lookedUp
    .default('$Default')
    .describe(
      'Its version: a number, `$Latest` or `$Default`. The release that runs keeps the number it had.',
    ),
  role: lookedUp
    .optional()
    .describe(
      'Role (name or ARN) of the instance profile in the template: `iam-policy` confines iam:PassRole to it.',
    ),
  autoscaling: autoscaling
    .optional()
    .describe('Autoscaling group whose instances run the release: its own refresh replaces them.'),
  subnets: z
    .union([lookedUp, z.array(lookedUp)])
    .default([])
    .describe(
      'Subnets that instances are spread over: a list, or an output that is a list or a map. Where one has no capacity the next is tried.',
    ),
  count: z.number().int().min(1).max(100).default(COUNT).describe('How many instances run a release.'),
  succeed: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('How many of them must serve for a deploy to succeed (default: all).'),
  playbook: lookedUp
    .optional()
    .describe(
      'Playbook that configures each new instance over SSH. Left out, the image and its user data do it.',
    ),
  group: group
    .optional()
    .describe('Inventory group of the instances in the playbook (default: the name of the target).'),
  vars: variables.default({}).describe('Variables for the playbook.'),
  'user-data': lookedUp
    .optional()
    .describe(
      'File with the user data of new instances, in place of that of the template; `${release:…}` and `${artifact:…}` are filled in.',
    ),
  environment: containerEnvironment.describe(
    'Environment variables of the application; ${release:version}, ${release:commit} and ${release:branch} are filled in.',
  ),
  unit: z
    .string()
    .regex(/^[A-Za-z0-9][\w:.@\\-]*$/, 'must be the name of a unit, such as shop or php8.2-fpm.service')
    .optional()
    .describe(
      'Unit of systemd that the application is: `logs` reads its journal (default: of an image its container, else the whole journal).',
    ),
  registry: lookedUp
    .optional()
    .describe('Registry host as the instances see it (default: the ECR of the account).'),
  port: port.default(80).describe('Port on the instance where the application answers.'),
  'container-port': port.default(8000).describe('Port inside the container, where an image runs.'),
  needs: targetNeeds,
  boot: duration('5m').describe('How long an instance may take until it runs and lets us in.'),
  start: command
    .optional()
    .describe('Starts the application, over SSH; for those whose playbook or boot does not.'),
  restart: command
    .optional()
    .describe(
      'Restarts the application once where it is not healthy, over SSH (default: the instance is rebooted).',
    ),
  probe: z
    .enum(['host', 'runner', 'target-group'])
    .optional()
    .describe(
      'From where an instance is probed before it gets requests: itself, over SSH (default with a playbook); the machine of the runner, by its private address (default without one); or not, so that only the target group judges it.',
    ),
  'target-group': lookedUp.describe('Target group (name or ARN) that instances join when they are healthy.'),
  drain: duration('30s').describe('Longest wait for an old instance to be drained from the target group.'),
  keep: z
    .union([
      keepFor.transform((forMs) => ({ for: forMs, as: 'stopped' as const })),
      z.strictObject({
        for: keepFor.describe('How long.'),
        as: z
          .enum(['stopped', 'running'])
          .default('stopped')
          .describe('Stopped instances cost their disks; running ones are back at once.'),
      }),
    ])
    .prefault(KEEP)
    .describe(
      'How long old instances are kept for a rollback (0s: terminated at once). The next deploy, or `drain`, terminates them.',
    ),
  health: health.prefault({}).describe('The health gate of each instance.'),
  checks: checksOf(['agent', 'host']),
});

/** A target that is a number of instances, replaced as a whole behind a target group. */
export const instancesSchema = written.superRefine((target, context) => {
  const issue = (path: readonly string[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const { artifact, image, count, succeed, playbook, start, restart, probe, checks, health: gate } = target;
  if (artifact === undefined && image === undefined)
    issue(['artifact'], 'is missing: name an artifact or an image');
  if (artifact !== undefined && image !== undefined)
    issue(['image'], 'goes without an artifact: name one of them');
  if (target.autoscaling === undefined && target.subnets.length === 0)
    issue(['subnets'], 'is missing: name the subnets that instances are launched in');
  if (target.autoscaling !== undefined)
    for (const key of ofGroup(target)) issue([key], 'goes without `autoscaling`: the group decides it');
  if (target.autoscaling !== undefined && target['launch-template-version'] === '$Latest')
    issue(
      ['launch-template-version'],
      'must be a number or `$Default`: what Terraform made last may not be applied',
    );
  if (target.autoscaling !== undefined && target['user-data'] === undefined)
    issue(
      ['user-data'],
      'is missing: it installs the release on instances that the group launches by itself',
    );
  if (succeed !== undefined && succeed > count) issue(['succeed'], `must be at most count (${count})`);
  if (playbook === undefined && target.group !== undefined) issue(['group'], 'goes with a playbook');
  if (image !== undefined && playbook === undefined && target['user-data'] === undefined)
    issue(['image'], 'needs a playbook or user-data that runs it');
  if (probe === 'runner' && (start ?? restart) !== undefined)
    issue([start === undefined ? 'restart' : 'start'], 'is run over SSH, which goes with `probe: host`');
  for (const { path, message } of shortWatches(checks, gate.for)) issue(path, message);
});

/** Keys that say what an autoscaling group decides by itself, or what nobody does on its instances. */
function ofGroup(target: z.output<typeof written>): readonly string[] {
  const { count, succeed, subnets, playbook, start, restart, keep } = target;
  const isWritten: Readonly<Record<string, boolean>> = {
    count: count !== COUNT,
    succeed: succeed !== undefined,
    subnets: subnets.length > 0,
    playbook: playbook !== undefined,
    start: start !== undefined,
    restart: restart !== undefined,
    keep: keep.for !== parseDuration(KEEP) || keep.as !== 'stopped',
  };
  return Object.keys(isWritten).filter((key) => isWritten[key]);
}

export type InstancesConfig = z.infer<typeof instancesSchema>;

/** From where an instance is probed. */
export const probeOf = ({ probe, playbook, start, restart }: InstancesConfig) =>
  probe ?? ((playbook ?? start ?? restart) === undefined ? ('runner' as const) : ('host' as const));

/** Whether anything is done on the instances over SSH. */
export const usesSsh = (config: InstancesConfig): boolean =>
  probeOf(config) === 'host' || config.playbook !== undefined;
