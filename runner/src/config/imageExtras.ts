import * as z from 'zod';
import { typed } from './schemaWords.js';

/** What an image of a Dockerfile may have beside its build: what it says of itself, and what is done with it when it is pushed. */

const labelName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9./_-]*[a-z0-9])?$/i, 'must be the name of a label, such as com.example.team');

export const imageExtras = {
  labels: z
    .record(labelName, typed)
    .default({})
    .describe(
      'Labels of the image, beside those of OCI that every image gets (source, revision, version, created). An empty value leaves one of those out. See docs/images.md.',
    ),
  annotations: z
    .record(labelName, typed)
    .default({})
    .describe('Annotations of the manifest, which registries show; the image is then stored in OCI format.'),
  ssh: z
    .array(z.string().regex(/^[^\s,=]+$/, 'must be an id without space, comma and "="'))
    .default([])
    .describe(
      'Ids of SSH mounts, e.g. `[default]`: RUN --mount=type=ssh uses the agent of SSH_AUTH_SOCK. No key reaches the image or the engine.',
    ),
};
