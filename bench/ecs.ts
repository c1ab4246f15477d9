import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../runner/src/adapters/process/clock.js';
import { Ledger } from '../runner/src/state/ledger.js';
import { LocalStore } from '../runner/src/state/stores/localStore.js';
import { startedTasks } from '../test/support/aws/startedTasks.js';
import { AwsProxy } from '../test/support/awsProxy.js';
import { apps, APP_PORT, EcsFixture } from '../test/support/ecsFixture.js';
import type { Bench, BenchRow } from './bench.js';
import { median, type Command } from './measure.js';
import { measured } from './support/measured.js';
import { PlatformObserver } from './support/observer.js';
import { peers, type Peers } from './support/peers.js';

const runner = fileURLToPath(new URL('../runner', import.meta.url));
const ROUNDS = 5;
/** The first deploy of all pulls images and fills caches; it is not counted, for no tool. */
const WARM_UPS = 1;
const APPLICATION = 'bench';
/** Of a rollout of two seconds; what each is for stands in README.md. */
const CALLS = 8;

/** One deploy by one tool. */
interface Sample {
  /** From the start of the tool's process to its end. */
  readonly wallMs: number;
  /** From the platform's acceptance of the change to the end of the tool's process. */
  readonly afterUpdateMs: number;
  /** What the platform itself took, seen by the independent observer. */
  readonly platformMs: number;
  readonly calls: number;
  readonly peakMiB: number;
}

/** A deploy of a changed image until it is stable: the runner beside ecs-deploy and the AWS CLI, in turn. */
const bench: Bench = async () => {
  const tools = await peers();
  const fixture = await EcsFixture.create({ desired: 2 });
  const proxy = await AwsProxy.start(fixture.endpoint);
  proxy.use(startedTasks());
  const observer = new PlatformObserver(fixture.endpoint, fixture.cluster, fixture.service);
  const directory = await mkdtemp(join(tmpdir(), 'automation-stack-bench-ecs-'));
  try {
    const env = {
      ...fixture.env,
      // boto3 knows the region by this name.
      AWS_DEFAULT_REGION: fixture.env['AWS_REGION'] as string,
      AWS_ENDPOINT_URL: proxy.url,
      AUTOMATION_STACK_REGISTRY: fixture.registry,
    };
    const ledger = await project(directory, fixture);
    const contenders = commands({ tools, fixture, ledger, directory, env });
    const samples: Record<string, Sample[]> = {};
    for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
      for (const [name, prepare] of Object.entries(contenders)) {
        const command = await prepare(`${round + WARM_UPS + 1}.0.${Object.keys(contenders).indexOf(name)}`);
        const sample = await deploy(command, proxy, observer);
        if (round >= 0) (samples[name] ??= []).push(sample);
      }
    }
    // The other tools have deployed since: the runner does once more, then again with nothing to change.
    const last = runnerDeploy(directory, env, `${ROUNDS + WARM_UPS}.0.0`);
    await measured(last);
    proxy.clear();
    const again = await measured(last);
    return {
      name: 'ECS deploy of a changed image until verified stable',
      rows: [...rows(samples), ...unchangedRows(proxy.calls.length, again.endedAt - again.startedAt)],
    };
  } finally {
    await proxy.stop();
    await fixture.remove();
    await rm(directory, { recursive: true, force: true });
  }
};

async function deploy(command: Command, proxy: AwsProxy, observer: PlatformObserver): Promise<Sample> {
  const rollout = await observer.nextRollout();
  proxy.clear();
  const { startedAt, endedAt, peakMiB } = await measured(command);
  const calls = proxy.calls.filter((call) => !call.action.startsWith('GET ')).length;
  const { acceptedAt, stableAt } = await rollout.ended;
  return {
    wallMs: endedAt - startedAt,
    afterUpdateMs: endedAt - acceptedAt,
    platformMs: stableAt - acceptedAt,
    calls,
    peakMiB,
  };
}

interface Field {
  readonly tools: Peers;
  readonly fixture: EcsFixture;
  readonly ledger: Ledger;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes each tool's command for a new image, which is pushed beforehand. */
function commands({ tools, fixture, ledger, directory, env }: Field) {
  const { cluster, service, registry, repository } = fixture;
  const reference = async () => `${registry}/${repository}@${await fixture.image(apps.good)}`;
  return {
    runner: async (version: string): Promise<Command> => {
      await ledger.putRelease({
        ...fixture.release(await fixture.image(apps.good), version),
        application: APPLICATION,
      });
      return runnerDeploy(directory, env, version);
    },
    'ecs-deploy': async (): Promise<Command> => ({
      file: tools.ecsDeploy,
      args: ['deploy', cluster, service, '--image', 'web', await reference(), '--timeout', '120'],
      env,
    }),
    'aws cli': async (): Promise<Command> => {
      // Registering is part of deploying a changed image, so it is measured for every tool.
      const input = join(directory, 'task-definition.json');
      await writeFile(input, JSON.stringify(fixture.definition(await fixture.image(apps.good))));
      const steps = [
        `arn=$("$AWS" ecs register-task-definition --cli-input-json "file://${input}" --query taskDefinition.taskDefinitionArn --output text)`,
        `"$AWS" ecs update-service --cluster ${cluster} --service ${service} --task-definition "$arn"`,
        `"$AWS" ecs wait services-stable --cluster ${cluster} --services ${service}`,
      ];
      return { file: 'sh', args: ['-ec', steps.join('\n')], env: { ...env, AWS: tools.aws } };
    },
  };
}

const runnerDeploy = (directory: string, env: Field['env'], version: string): Command => ({
  file: process.execPath,
  args: [runner, 'deploy', '-C', directory, '--env', 'staging', '--release', version],
  env,
});

/** A project whose only target is the fixture's service; health is probed, but no bake window prolongs the deploy. */
async function project(directory: string, fixture: EcsFixture): Promise<Ledger> {
  const text = `application: ${APPLICATION}
images:
  web: { repository: ${fixture.repository} }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: ${fixture.cluster}
        service: ${fixture.service}
        image: web
        health: { path: /health, port: ${APP_PORT}, for: 0s }
`;
  await writeFile(join(directory, 'automation-stack.yml'), text);
  const home = join(directory, '.automation-stack');
  return new Ledger(new LocalStore(join(home, APPLICATION), home), systemClock);
}

function rows(samples: Readonly<Record<string, readonly Sample[]>>): BenchRow[] {
  const middle = (name: string, pick: (sample: Sample) => number) => median((samples[name] ?? []).map(pick));
  const all = Object.values(samples).flat();
  const platform = median(all.map((sample) => sample.platformMs));
  const names = Object.keys(samples);
  const ours = (pick: (sample: Sample) => number) => middle('runner', pick);
  const limited = (
    label: string,
    value: number,
    unit: string,
    limit: number,
    ratioTo?: string,
  ): BenchRow => ({
    label,
    value,
    unit,
    limit,
    ok: value <= limit,
    ...(ratioTo === undefined ? {} : { ratioTo }),
  });
  return [
    { label: 'the platform, from UpdateService to stable', value: platform, unit: 'ms' },
    ...names.map((name) => ({
      label: `${name}: whole command`,
      value: middle(name, (one) => one.wallMs),
      unit: 'ms',
    })),
    limited(
      'runner: from UpdateService to verified and ended',
      ours((one) => one.afterUpdateMs / one.platformMs),
      '×',
      1.25,
      'the platform, same deploy',
    ),
    {
      label: 'runner: whole command, start-up included',
      value: ours((one) => one.wallMs / one.platformMs),
      unit: '×',
      ratioTo: 'the platform, same deploy',
    },
    ...names
      .filter((name) => name !== 'runner')
      .map((name) =>
        limited(
          'runner: whole command',
          ours((one) => one.wallMs) / middle(name, (one) => one.wallMs),
          '×',
          1,
          name,
        ),
      ),
    ...names.map((name) =>
      name === 'runner'
        ? limited(
            'runner: API calls',
            middle(name, (one) => one.calls),
            'calls',
            CALLS,
          )
        : { label: `${name}: API calls`, value: middle(name, (one) => one.calls), unit: 'calls' },
    ),
    ...names
      // The CLI's steps are three processes of a shell; its own memory would be the shell's.
      .filter((name) => name !== 'aws cli')
      .map((name) => {
        const peak = Math.max(...(samples[name] ?? []).map((one) => one.peakMiB));
        return name === 'runner'
          ? limited('runner: peak memory', peak, 'MiB', 110)
          : { label: `${name}: peak memory`, value: peak, unit: 'MiB' };
      }),
  ];
}

const unchangedRows = (calls: number, ms: number): BenchRow[] => [
  { label: 'runner: API calls where nothing changed', value: calls, unit: 'calls', limit: 3, ok: calls <= 3 },
  { label: 'runner: whole command where nothing changed', value: ms, unit: 'ms' },
];

export default bench;
