import * as z from 'zod';
import { duration, name, text } from './schemaWords.js';

/** @param least that always stay: what runs, and one to go back to */
const keepRule = (keep: number, forTime: string, least: number, what: string) =>
  z.strictObject({
    keep: z.number().int().min(least).default(keep).describe(`How many ${what} stay however old they are.`),
    for: duration(forTime, '3650d').describe('How long each stays however many there are.'),
  });

/** What `prune` leaves; the defaults delete nothing that is younger than a month. */
export const retention = z
  .strictObject({
    releases: keepRule(
      10,
      '30d',
      2,
      'releases (the newest, and the last that were in service in each environment)',
    )
      .prefault({})
      .describe('Releases, with their images, artifacts and task definitions.'),
    caches: z
      .strictObject({
        tags: z
          .array(text)
          .default(['buildcache', 'buildcache-*'])
          .describe('Tags of build caches in the repositories of images; `*` stands for any characters.'),
        for: duration('14d', '3650d').describe('How long a cache stays after it was pushed.'),
      })
      .prefault({})
      .describe('Caches of builds in the registry.'),
    history: keepRule(200, '365d', 20, 'deployments and changes of each environment')
      .prefault({})
      .describe('Records of deployments and changes in the ledger.'),
    'machine-images': keepRule(10, '30d', 2, 'machine images of the environment (the newest)')
      .optional()
      .describe(
        'Machine images (AMIs) with the tags of the deployment, and their snapshots. Where it is left out, none is pruned: no build of the runner makes them. `{}` takes the defaults.',
      ),
    'shared-with': z
      .record(name, text)
      .optional()
      .describe(
        'Applications that use the same repositories or buckets, each with the directory of the application or its `state.location`, as in `needs`. `{}` says that nobody else does. Where it is left out, a repository that holds images of others is left alone.',
      ),
  })
  .prefault({})
  .describe('What `prune` leaves; see docs/retention.md.');
