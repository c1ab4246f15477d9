import * as z from 'zod';
import { command, fromEnvironment, lookedUp, name, text } from './schemaWords.js';

/** A path below a directory: nothing absolute, and no way out of it. */
const below = text.refine(
  (path) => !path.startsWith('/') && !path.split('/').includes('..'),
  'must be a path below `context`',
);

const artifact = z
  .strictObject({
    context: fromEnvironment
      .default('.')
      .describe('Directory whose files decide the artifact, relative to the configuration file.'),
    command: command
      .optional()
      .describe('Makes the file, run in `context` without a shell (default: the file is there already).'),
    path: below
      .optional()
      .describe(
        'The file that is uploaded, relative to `context`. Left out, others upload it: a release takes the newest object below `prefix`.',
      ),
    bucket: lookedUp.describe('Bucket that it is uploaded to. Turn its versions on.'),
    prefix: z
      .string()
      .regex(/^[^/].*[^/]$/, 'must not begin or end with a slash')
      .optional()
      .describe(
        'Beginning of its keys (default: `artifacts/APPLICATION`); of an artifact without `path` also a whole key.',
      ),
  })
  .superRefine(({ path, prefix, command: makes }, context) => {
    const issue = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    if (path !== undefined) return;
    if (makes !== undefined) issue('path', 'is missing: name the file that `command` makes');
    else if (prefix === undefined)
      issue('prefix', 'is missing: without `path` it says where the artifact is found');
  });

export const artifacts = z.record(name, artifact);

export type ArtifactConfig = z.infer<typeof artifact>;
