import * as z from 'zod';
import { commandOf, duration, lookedUp } from './schemaWords.js';

const run = z.strictObject({
  run: commandOf(lookedUp).describe('Command, run in the directory of this file without a shell.'),
  timeout: duration('10m').describe('After this long it is stopped and counts as failed.'),
});

const cloudfront = z.strictObject({
  cloudfront: lookedUp.describe('Id of a CloudFront distribution, whose copies of `paths` are made invalid.'),
  paths: z
    .array(lookedUp.regex(/^\$\{|^\//, 'must begin with /'))
    .min(1)
    .default(['/*'])
    .describe('Paths, each beginning with /; one may end with *.'),
});

/** Commands around a deploy, a promotion or a rollback of an environment. */
export const hooks = z.strictObject({
  before: z
    .array(run)
    .default([])
    .describe('Commands before anything is changed; one that fails stops a deploy, but never a rollback.'),
  after: z
    .array(z.union([run, cloudfront]))
    .default([])
    .describe(
      'Commands once the release runs; one that fails makes the stage `partial`, and takes nothing back.',
    ),
  failed: z
    .array(run)
    .default([])
    .describe(
      'Commands once a deploy has failed; they also get AUTOMATION_STACK_CODE and AUTOMATION_STACK_REASON.',
    ),
});

export type HooksConfig = z.output<typeof hooks>;
export type Hook = HooksConfig['after'][number];
