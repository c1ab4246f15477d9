// Compiles the runner to runner/dist.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { bundleRunner, root } from './bundle.mjs';

const dist = `${root}runner/dist`;
const fresh = `${dist}.${process.pid}`;
await mkdir(fresh);
for (const { path, contents } of await bundleRunner(fresh)) await writeFile(path, contents);
// Swapped in whole, so that a runner that is just starting never meets half a build.
await rm(`${dist}.old`, { recursive: true, force: true });
await rename(dist, `${dist}.old`).catch(() => undefined);
await rename(fresh, dist);
await rm(`${dist}.old`, { recursive: true, force: true });
