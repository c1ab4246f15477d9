import * as z from 'zod';
import { lookedUp, name } from '../../../runner/src/config/schemaWords.js';
import type { TargetKind } from '../../../runner/src/context/context.js';
import { FakeTarget } from '../fakeTarget.js';

const schema = z.strictObject({
  kind: z.literal('static-site'),
  image: name.describe('Image whose files are the site.'),
  bucket: lookedUp.describe('Bucket that serves the site.'),
});

/** A kind of target that the runner does not have: the files of an image in a bucket. */
export const staticSite: TargetKind<z.infer<typeof schema>> = {
  name: 'static-site',
  schema,
  capabilities: { aws: true },
  permissions: [
    { phases: ['check', 'look'], calls: ['site:read'] },
    { phases: ['move'], calls: ['site:write'] },
  ],
  calls: {
    'site:read': { by: 'runner', needs: [{ actions: ['s3:GetObject'], on: 'site-object' }] },
    'site:write': { by: 'runner', needs: [{ actions: ['s3:PutObject'], on: 'site-object' }] },
  },
  names: async ({ bucket }, settled, arn) => ({
    resources: { 'site-object': [arn('s3:::{bucket}/*', { bucket: await settled(bucket) })] },
  }),
  collisions: (one, other) =>
    one.target.bucket === other.target.bucket
      ? [
          {
            path: ['environments', one.environment, 'targets', one.name, 'bucket'],
            other: ['environments', other.environment, 'targets', other.name, 'bucket'],
            message: (place: string) => `is the bucket of ${place}`,
          },
        ]
      : [],
  create: (_context, _environment, _targets, chosen) =>
    Promise.resolve(new Map(chosen.map((target) => [target, new FakeTarget(target)]))),
  doctor: (context, environment, target) => [
    {
      id: `site:${environment.name}/${target}`,
      title: `Site of ${environment.name}/${target}`,
      required: true,
      run: async () => {
        const { bucket } = environment.config.targets[target] as z.infer<typeof schema>;
        return { status: 'ok', found: `${await context.resolve(bucket, environment)} serves it` };
      },
    },
  ],
  preview: (target, { bucket }) => [`  ${target} is copied into ${bucket}`],
};
