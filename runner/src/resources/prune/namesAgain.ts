import type { Context, NamedEnvironment } from '../../context/context.js';
import { registryName } from '../../release/imageRegistry.js';

/**
 * What releases and builds name now, after those of this run are retired: a push takes no lock, and may have made a
 * release of what was about to go.
 */
export async function namesAgain(
  context: Context,
  environment: NamedEnvironment,
): Promise<{ readonly digests: ReadonlySet<string>; readonly places: ReadonlySet<string> }> {
  const { ledger } = await context.state();
  const { images } = await context.config();
  const registry = await registryName(context, environment);
  const [releases, builds] = await Promise.all([
    ledger.allReleases(),
    Promise.all(Object.keys(images).map((name) => ledger.builds.all(`${name}@${registry}`))),
  ]);
  return {
    digests: new Set([
      ...releases.flatMap((release) => Object.values(release.images).map(({ digest }) => digest)),
      ...builds.flat().map(({ digest }) => digest),
    ]),
    places: new Set(
      releases.flatMap(({ artifacts }) =>
        Object.values(artifacts ?? {}).map(({ bucket, key }) => `s3://${bucket}/${key}`),
      ),
    ),
  };
}
