import * as z from 'zod';
import { THRESHOLDS } from '../domain/imageScan.js';
import { duration, lookedUp, secret, text, typed } from './schemaWords.js';

const labelName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9./_-]*[a-z0-9])?$/i, 'must be the name of a label, such as com.example.team');

const day = z
  .string()
  .refine(
    (value) => /^\d{4}-\d\d-\d\d$/.test(value) && new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value),
    'must be a day such as 2026-12-31',
  );

const scan = z.strictObject({
  by: z
    .enum(['ecr', 'trivy'])
    .default('ecr')
    .describe('Scanner: that of the registry, or Trivy on the machine that pushes.'),
  'fail-on': z
    .enum(THRESHOLDS)
    .default('critical')
    .describe(
      'Severity from which on a push or a deploy fails; `any` counts unrated findings too, `never` only reports.',
    ),
  unsupported: z
    .enum(['fail', 'pass'])
    .optional()
    .describe(
      'What it means that the scanner does not support the image (default: fail, or pass with `fail-on: never`).',
    ),
  ignore: z
    .array(
      z.strictObject({
        id: text.describe('Id of the vulnerability, e.g. CVE-2026-1234.'),
        until: day.describe('Last day (UTC) on which it is accepted.'),
        why: text.describe('Why it is accepted.'),
      }),
    )
    .default([])
    .describe('Vulnerabilities that are accepted for a time.'),
  timeout: duration('10m').describe('How long a scan may take.'),
});

/** As Docker writes it: https://github.com/containerd/platforms */
const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/v[0-9]+)?$/, 'must be a platform such as linux/amd64 or linux/arm/v7');

const cache = z.strictObject({
  from: z
    .array(text)
    .default(['release'])
    .describe(
      'Images that steps are taken from: references (without a host, in the registry of the environment), or `release`, the image of the newest release.',
    ),
  to: z
    .string()
    .regex(
      /^inline$|^[^\s,:]+(?::\d+)?(?:\/[^\s,:]+)*:[\w.-]+$/,
      'must be `inline` or a reference with a tag, such as shop/cache:web',
    )
    .optional()
    .describe(
      'Where steps are kept: `inline`, in the image itself; or, by buildx, the tag of a registry (without a host: that of the environment), which also keeps the steps of stages that are not in the image.',
    ),
});

const generator = z
  .string()
  .regex(/^[^\s,]+$/, 'must be true, or the reference of an image that makes the list');

const sign = z.strictObject({
  key: lookedUp.describe(
    'Key of cosign: a file, relative to the configuration, or an address such as awskms:///arn:aws:kms:….',
  ),
  password: secret
    .optional()
    .describe('Password of a key file, as a reference such as ${env:COSIGN_PASSWORD}.'),
  'transparency-log': z
    .boolean()
    .default(false)
    .describe(
      'Whether the signature goes to the public log of Sigstore, which tells everybody the name of the image.',
    ),
});

/** What an image of any kind may have: what is done with it when it is pushed. */
export const pushExtras = {
  sign: sign
    .optional()
    .describe('Signature of the pushed image by cosign, by its digest; a push without it fails.'),
  scan: scan
    .optional()
    .describe(
      'Scan of the pushed image: no release and no deploy without a result that passes. See docs/images.md.',
    ),
};

/** What an image of a Dockerfile may have beside: what it is built with, and what it says of itself. */
export const imageExtras = {
  ...pushExtras,
  platforms: z
    .array(platform)
    .default([])
    .describe(
      'Platforms of the image, e.g. [linux/amd64, linux/arm64]: one index has them all. The machine of the engine must be able to run their programs.',
    ),
  cache: cache
    .optional()
    .describe('Steps that are taken from images in a registry, for machines that have not built before.'),
  builder: z
    .string()
    .regex(/^[a-z][\w.-]*$/i, 'must be the name of a builder, as `docker buildx ls` shows it')
    .optional()
    .describe(
      'Builder of buildx that builds and pushes the image, in place of the engine (default where buildx is needed: the one that `docker buildx use` chose). See docs/images.md.',
    ),
  sbom: z
    .union([z.boolean(), generator])
    .optional()
    .describe(
      'Puts a list of the image’s packages (SBOM) beside it in the registry, by buildx; or the reference of the image that makes the list.',
    ),
  provenance: z
    .enum(['off', 'min', 'max'])
    .optional()
    .describe(
      'Puts beside the image in the registry how it was built (SLSA provenance), by buildx; `max` tells build arguments too.',
    ),
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
