import * as z from 'zod';
import { text } from './schemaWords.js';

/** What git takes in the name of a tag, as far as anybody wants it there. */
const PREFIX = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]|[./](?=[A-Za-z0-9_-]))*[./]?)?$/;

/** How what is checked out becomes a version; see docs/releases.md. */
export const releaseSchema = z.strictObject({
  branches: z
    .array(text)
    .default([])
    .describe(
      'Branches, names or globs, whose runs end with the stage `release`: a version tag on the commit that was delivered, pushed to `origin`.',
    ),
  'tag-prefix': z
    .string()
    .regex(PREFIX, 'must be the beginning of a git tag, such as shop/ or shop-')
    .optional()
    .describe(
      'What version tags begin with, before `vX.Y.Z` (default: nothing; `APPLICATION/` where the repository has other applications, too).',
    ),
  paths: z
    .array(text)
    .min(1, 'must name at least one path')
    .optional()
    .describe(
      'Files and directories whose commits make versions, relative to this file (default: the directory of this file; all commits where that is the top of the repository).',
    ),
  forge: z
    .enum(['github', 'gitlab', 'none'])
    .optional()
    .describe(
      'Where a release with its notes is made of each version (default: what `notifications` has; its token must be allowed to).',
    ),
});
