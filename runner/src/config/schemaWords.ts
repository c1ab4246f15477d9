import * as z from 'zod';
import { isDuration, parseDuration } from '../base/duration.js';
import { isAddress } from '../domain/resourceAddress.js';
import type { Source } from './referencesIn.js';
import { REFERENCES } from './valueShape.js';

/** What the schemas of the configuration and of its kinds are made of. */

export const NAME = /^[a-z][a-z0-9-]*$/;
export const name = z
  .string()
  .regex(NAME, 'must be lower-case letters, digits and dashes, starting with a letter');
export const text = z.string().min(1, 'must not be empty');
/** Text with references; all other text is used as it stands, and refuses them. */
export const LOOKED_UP: readonly Source[] = ['env', 'secret-env', 'ssm', 'secret', 'output'];
export const lookedUp = text.meta({ [REFERENCES]: LOOKED_UP });
/** Where a secret belongs: `config show` never prints what stands there, and what it becomes is masked everywhere. */
export const secret = text.meta({ writeOnly: true, [REFERENCES]: LOOKED_UP });
/** Read before anything can be asked of AWS or Terraform. */
export const fromEnvironment = text.meta({ [REFERENCES]: ['env'] satisfies readonly Source[] });
/** Timers count in 31 bits of milliseconds: one that is set for longer ends at once. */
export const durationText = (longest: string) =>
  z
    .string()
    .refine(isDuration, 'must be a duration such as 30s, 10m or 1h30m')
    .refine((value) => !isDuration(value) || parseDuration(value) <= parseDuration(longest), {
      message: `must be at most ${longest}`,
    });
export const duration = (fallback: string, longest = '24d') =>
  durationText(longest).default(fallback).transform(parseDuration);
/** Text for a process: whatever is written plain (`3.10`, `on`) arrives as it was typed. */
export const typed = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .meta({ [REFERENCES]: LOOKED_UP });
export const variable = z
  .string()
  .regex(
    /^[A-Za-z_]\w*$/,
    'must be the name of a variable: letters, digits and _, not beginning with a digit',
  );
export const containerVariable = z
  .string()
  .regex(/^[^\s=\0]+$/, 'must be the name of a variable: no "=" and no space');
export const containerEnvironment = z
  .record(containerVariable, typed.meta({ [REFERENCES]: [...LOOKED_UP, 'release'] }))
  .default({});
export const variables = z.record(z.string(), z.unknown().meta({ [REFERENCES]: LOOKED_UP }));
export const terraformAddress = z
  .string()
  .refine(isAddress, 'must be an address of Terraform, such as module.app or aws_ecs_service.web["blue"]');

export const commandOf = (word: typeof text) =>
  z
    .union([
      word.refine(
        (value) => !/['"\\]|\$\{[^}]*\s/.test(value),
        'is split at white space: write a list if a word contains a space or a quote',
      ),
      z.array(word).min(1),
    ])
    .transform((value) => (Array.isArray(value) ? value : value.trim().split(/\s+/)))
    .refine(
      (words) => !words.some((word) => /^(?:&&|\|\|?|;|[<>].*)$/.test(word)),
      'is run without a shell: put pipes and && into a script and run that',
    );
export const command = commandOf(text);

/** Ansible has underscores in the names of groups. */
export const group = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]*$/,
    'must be the name of a group: letters, digits, _ and dashes, not beginning with a digit',
  );

export const targetNeeds = z
  .array(name)
  .optional()
  .describe(
    'Targets of the environment that have to run the release, healthy, before this one is begun (default: none; they move side by side).',
  );

export const health = z.strictObject({
  path: lookedUp.default('/').describe('HTTP path that answers 2xx or 3xx when the application is healthy.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of the probe (default: that of the target).'),
  url: lookedUp
    .optional()
    .describe('Whole URL to probe instead of each task or host, e.g. through the load balancer.'),
  status: z
    .array(z.number().int())
    .optional()
    .describe('Status codes that count as healthy (default: 200–399).'),
  for: duration('10s').describe(
    'Bake window: how long it must stay healthy before the deploy counts as healthy.',
  ),
  interval: duration('2s').describe('Time between probes.'),
  timeout: duration('2m').describe('How long it may take to become healthy the first time.'),
});

export type HealthConfig = z.infer<typeof health>;
