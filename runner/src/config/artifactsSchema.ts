import * as z from 'zod';
import { command, fromEnvironment, lookedUp, name, text } from './schemaWords.js';

/** A path below a directory: nothing absolute, and no way out of it. */
const below = text.refine(
  (path) => !path.startsWith('/') && !path.split('/').includes('..'),
  'must be a path below `context`',
);

const artifact = z.strictObject({
  context: fromEnvironment
    .default('.')
    .describe('Directory whose files decide the artifact, relative to the configuration file.'),
  command: command
    .optional()
    .describe('Makes the file, run in `context` without a shell (default: the file is there already).'),
  path: below.describe('The file that is uploaded, relative to `context`.'),
  bucket: lookedUp.describe('Bucket that it is uploaded to. Turn its versions on.'),
  prefix: z
    .string()
    .regex(/^[^/].*[^/]$/, 'must not begin or end with a slash')
    .optional()
    .describe('Beginning of its keys (default: `artifacts/APPLICATION`).'),
});

export const artifacts = z.record(name, artifact);

export type ArtifactConfig = z.infer<typeof artifact>;
