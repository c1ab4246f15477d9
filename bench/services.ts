import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import { Ledger } from '../runner/src/state/ledger.js';
import { LocalStore } from '../runner/src/state/stores/localStore.js';
import { apps, APP_PORT, EcsFixture } from '../test/support/ecsFixture.js';
import type { Bench } from './bench.js';
import { median } from './measure.js';
import { measured } from './support/measured.js';

const runner = fileURLToPath(new URL('../runner', import.meta.url));
const SERVICES = 10;
const ROUNDS = 3;
const LIMIT = 1.6;
/** Seconds until the application answers: a rollout mostly waits, as it does on AWS. */
const START_S = 10;

/** One release of ten services beside a release of one of them, in turn. */
const bench: Bench = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-services-'));
  const fixtures: EcsFixture[] = [];
  try {
    for (let count = 0; count < SERVICES; count += 1) fixtures.push(await EcsFixture.create({ desired: 1 }));
    const groups = { one: fixtures.slice(0, 1), ten: fixtures };
    const projects = {
      one: await project(join(directory), 'one', groups.one),
      ten: await project(join(directory), 'ten', groups.ten),
    };
    const times: Record<keyof typeof groups, number[]> = { one: [], ten: [] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const name of ['one', 'ten'] as const) {
        const version = `${round + 1}.0.0`;
        const { config, ledger } = projects[name];
        await ledger.putRelease(await releaseOf(groups[name], name, version));
        const { startedAt, endedAt } = await measured({
          file: process.execPath,
          args: [runner, 'deploy', '--config', config, '--env', 'staging', '--release', version],
          cwd: directory,
          env: { ...fixtures[0]?.env, AUTOMATION_STACK_REGISTRY: fixtures[0]?.registry as string },
        });
        // The first round pulls images and fills caches.
        if (round > 0) times[name].push(endedAt - startedAt);
      }
    }
    const [one, ten] = [median(times.one), median(times.ten)];
    return {
      name: `one release of ${SERVICES} services that answer ${START_S} s after their start`,
      rows: [
        { label: 'one service', value: one, unit: 'ms' },
        {
          label: `${SERVICES} services side by side`,
          value: ten / one,
          unit: '×',
          limit: LIMIT,
          ok: ten / one <= LIMIT,
          ratioTo: `one service; ${ten.toFixed(0)} ms`,
        },
      ],
    };
  } finally {
    for (const fixture of fixtures) await fixture.remove();
    await rm(directory, { recursive: true, force: true });
  }
};

/** A release with an image of its own for each service. */
async function releaseOf(fixtures: readonly EcsFixture[], application: string, version: string) {
  const releases: ReturnType<EcsFixture['release']>[] = [];
  for (const fixture of fixtures) {
    const digest = await fixture.image(`sleep ${START_S}; ${apps.good}`);
    releases.push(fixture.release(digest, version));
  }
  const images = Object.fromEntries(
    releases.map(({ images: { web } }, index) => [`s${index}`, web as NonNullable<typeof web>]),
  );
  return { ...(releases[0] as (typeof releases)[number]), application, images };
}

async function project(directory: string, application: string, fixtures: readonly EcsFixture[]) {
  const images = fixtures.map(({ repository }, index) => `  s${index}: { repository: ${repository} }`);
  const targets = fixtures.map(
    ({ cluster, service }, index) =>
      `      s${index}: { kind: ecs-service, cluster: ${cluster}, service: ${service}, image: s${index}, health: { path: /health, port: ${APP_PORT}, for: 0s } }`,
  );
  const text = `application: ${application}
images:
${images.join('\n')}
environments:
  staging:
    targets:
${targets.join('\n')}
`;
  const config = join(directory, `${application}.yml`);
  await writeFile(config, text);
  const home = join(directory, '.automation-stack');
  return { config, ledger: new Ledger(new LocalStore(join(home, application), home), systemClock) };
}

export default bench;
