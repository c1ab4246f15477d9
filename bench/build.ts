import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createProcesses } from '../runner/src/adapters/process/processes.js';
import { SecretRegistry } from '../runner/src/secrets/redact.js';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import { imageNames } from '../runner/src/local/localImages.js';
import { emulatorUrl, localSettings } from '../runner/src/local/settings.js';
import type { Bench, BenchRow } from './bench.js';
import { inTurn, median, type Command } from './measure.js';

const run = promisify(execFile);
const runner = fileURLToPath(new URL('../runner', import.meta.url));
/** About what a service with its vendored packages has. */
const FILES = 4000;
const FILE_BYTES = 12_000;
const ROUNDS = 9;
const LIMIT = 0.2;

/** A build and push that change nothing, as whole processes, beside the same by the docker client. */
const bench: Bench = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-'));
  const application = `bench-${process.pid}`;
  try {
    const { registry, env } = await project(directory, application);
    const ours = (verb: string): Command => ({
      file: process.execPath,
      args: [runner, verb, '-C', directory],
      env,
    });
    await run(process.execPath, [runner, 'push', '-C', directory], { env: { ...process.env, ...env } });
    await mutableRepository(env, `${application}/docker`);
    const clients = await dockerClients(directory, `${registry}/${application}/docker`);
    const theirs = clients.flatMap(({ file, env: builder, reference }): Command[] => [
      { file, args: ['build', '--tag', reference, join(directory, 'app')], env: builder },
      { file, args: ['push', reference] },
    ]);
    const times = await inTurn([ours('build'), ours('push'), ...theirs], ROUNDS);
    const pair = (index: number) =>
      (times[index] as number[]).map((ms, round) => ms + (times[index + 1]?.[round] as number));
    const own = pair(0);
    const push = times[1] as number[];
    const rows: BenchRow[] = [
      { label: 'node runner build + node runner push', value: median(own), unit: 'ms' },
      { label: 'node runner push (builds what it has to)', value: median(push), unit: 'ms' },
    ];
    for (const [index, { words, held }] of clients.entries()) {
      const other = pair(2 + index * 2);
      const value = median(push.map((ms, round) => ms / (other[round] as number)));
      rows.push({ label: words, value: median(other), unit: 'ms' });
      const limit = held ? { limit: LIMIT, ok: value <= LIMIT } : {};
      rows.push({ label: 'node runner push beside it', value, unit: '×', ratioTo: words, ...limit });
    }
    return { name: `unchanged build and push, ${FILES.toLocaleString('en')} files in the context`, rows };
  } finally {
    await rm(directory, { recursive: true, force: true });
    const filter = [
      'images',
      '--format',
      '{{.Repository}}:{{.Tag}}',
      '--filter',
      `reference=*${application}*/*`,
    ];
    const names = (await run('docker', filter)).stdout.split('\n').filter(Boolean);
    if (names.length > 0) await run('docker', ['rmi', '--force', ...names]).catch(() => undefined);
  }
};

async function project(directory: string, application: string) {
  const settings = localSettings(process.env);
  const processes = createProcesses({
    cwd: directory,
    env: process.env,
    redactor: () => new SecretRegistry().lines(),
  });
  const localContext = {
    settings,
    env: process.env,
    processes,
    clock: systemClock,
    signal: undefined,
    report: () => undefined,
  };
  const base = (await imageNames(localContext))?.busybox;
  if (base === undefined) throw new Error('no local images: run `node runner local up` first');
  for (let folder = 0; folder < 100; folder++)
    await mkdir(join(directory, `app/lib/${folder}`), { recursive: true });
  await Promise.all(
    Array.from({ length: FILES }, (_, index) =>
      writeFile(
        join(directory, `app/lib/${index % 100}/${index}.py`),
        `# ${index}\n`.padEnd(FILE_BYTES, `x = ${index}\n`),
      ),
    ),
  );
  await writeFile(
    join(directory, 'app/Dockerfile'),
    `FROM ${base}\nRUN head -c 5000000 /dev/urandom > /packages\nCOPY . /app\n`,
  );
  await writeFile(
    join(directory, 'automation-stack.yml'),
    `application: ${application}\nimages: { web: { context: app, repository: ${application}/web } }\nenvironments: { staging: { aws: { region: eu-west-1 } } }\n`,
  );
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...args], { cwd: directory });
  await git('init', '--quiet', '--initial-branch', 'develop');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'feat: begin');
  const endpoint = process.env['AWS_ENDPOINT_URL'] ?? emulatorUrl(settings);
  const registry = new URL(endpoint).host;
  const env = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test-secret-key',
    AUTOMATION_STACK_REGISTRY: registry,
  };
  return { registry, env };
}

/** The clients push the same tag again and again, which an immutable repository refuses. */
async function mutableRepository(
  env: Readonly<Record<string, string>>,
  repositoryName: string,
): Promise<void> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { CreateRepositoryCommand, ECRClient } = await import('@aws-sdk/client-ecr');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret-key' };
  const endpoint = env['AWS_ENDPOINT_URL'];
  const client = new ECRClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    region: 'eu-west-1',
    credentials,
  });
  await client.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'MUTABLE' }));
}

interface Client {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly reference: string;
  readonly words: string;
  /** Whether the limit is held against it. */
  readonly held: boolean;
}

/**
 * `docker build` as it is typed, and, where a client on PATH can do it, with BuildKit, which does not send what the
 * engine has. Both have built and pushed once when this returns.
 */
async function dockerClients(directory: string, repository: string): Promise<readonly Client[]> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, 'docker'));
  const typed = {
    file: 'docker',
    env: {},
    reference: `${repository}:typed`,
    words: 'docker build + docker push',
    held: true,
  };
  const modern = [...new Set(onPath)].filter(existsSync).map((file) => ({
    file,
    env: { DOCKER_BUILDKIT: '1' },
    reference: `${repository}:buildkit`,
    words: 'the same by a client with BuildKit',
    held: false,
  }));
  await buildAndPush(directory, typed);
  for (const client of modern) {
    // Newer clients need a plugin for BuildKit, which may not be there.
    const able = await buildAndPush(directory, client).then(
      () => true,
      () => false,
    );
    if (able) return [typed, client];
  }
  return [typed];
}

async function buildAndPush(directory: string, { file, env, reference }: Client): Promise<void> {
  const options = { env: { ...process.env, ...env }, cwd: directory };
  await run(file, ['build', '--tag', reference, 'app'], options);
  await run(file, ['push', reference], options);
}

export default bench;
