import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { BuildOptions, BuildResult } from 'esbuild';

const { bundle, root } = (await import(new URL('../../../scripts/bundle.mjs', import.meta.url).href)) as {
  readonly bundle: (outdir: string, changes?: BuildOptions) => Promise<BuildResult>;
  readonly root: string;
};

const CLIENTS = ['ec2', 'ecr', 'ecs', 'elastic-load-balancing-v2', 's3', 'secrets-manager', 'ssm', 'sts'];

/** All schemas of a client as text, as it would be without and with a plugin. */
async function schemasOf(client: string, folder: string, changes: BuildOptions): Promise<string> {
  const entry = `${root}node_modules/@aws-sdk/client-${client}/dist-es/schemas/schemas_0.js`;
  const built = await bundle(folder, { entryPoints: { [client]: entry }, write: false, ...changes });
  const file = join(folder, `${client}-${changes.plugins === undefined ? 'bundled' : 'original'}.mjs`);
  await writeFile(file, built.outputFiles?.[0]?.text ?? '');
  const schemas = (await import(pathToFileURL(file).href)) as object;
  return JSON.stringify({ ...schemas }, (_, value: unknown) =>
    typeof value === 'function' ? String(value) : value,
  );
}

describe('the bundle', () => {
  it('has the schemas of the AWS SDK unchanged in meaning', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    try {
      for (const client of CLIENTS) {
        const bundled = await schemasOf(client, folder, {});
        expect(bundled.length, client).to.be.above(1000);
        expect(bundled === (await schemasOf(client, folder, { plugins: [] })), client).to.equal(true);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }).timeout(20_000);

  it('leaves out the schemas of calls that are not made', async () => {
    const entryPoints = { ec2: 'runner/src/adapters/aws/sdk/ec2Sdk.ts' };
    const { metafile } = await bundle('out', { entryPoints, write: false, metafile: true });
    const sizes = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
        file.endsWith('client-ec2/dist-es/schemas/schemas_0.js') ? bytesInOutput : [],
      ),
    );
    const whole = await stat(`${root}node_modules/@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js`);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(1000, whole.size / 10);
  }).timeout(20_000);
});
