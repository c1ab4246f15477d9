import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsProxy } from '../test/support/awsProxy.js';
import { answering, SwitchFixture, type Colour } from '../test/support/switchFixture.js';
import type { Bench, BenchRow } from './bench.js';
import { median, type Command } from './measure.js';
import { measured } from './support/measured.js';
import { peers } from './support/peers.js';

const runner = fileURLToPath(new URL('../runner', import.meta.url));
const ROUNDS = 5;
const WARM_UPS = 1;
/** The way back, from the start of its process until the rule sends all requests to the other colour. */
const BACK_MS = 1000;

/** One change of where requests go, by one tool. */
interface Sample {
  /** From the start of the tool's process to its end. */
  readonly wallMs: number;
  /** From there until the rule was changed. */
  readonly changedMs: number;
  readonly calls: number;
}

/** Deploys to the idle colour and ways back by the rule: the runner beside the AWS CLI making the same changes, in turn. */
const bench: Bench = async () => {
  const { aws } = await peers();
  const fixture = await SwitchFixture.create('bake: 0s, keep: 30m', 'for: 0s, interval: 100ms');
  const proxy = await AwsProxy.start(fixture.base.endpoint);
  const { directory } = fixture.project;
  try {
    const env = {
      ...fixture.base.env,
      AWS_DEFAULT_REGION: fixture.base.env['AWS_REGION'] as string,
      AWS_ENDPOINT_URL: proxy.url,
      AUTOMATION_STACK_REGISTRY: fixture.base.registry,
      AWS: aws,
    };
    const ours = (...args: string[]): Command => ({
      file: process.execPath,
      args: [runner, ...args, '-C', directory, '--env', 'staging'],
      env,
    });
    const script = (steps: readonly string[]): Command => ({
      file: 'sh',
      args: ['-ec', steps.join('\n')],
      env,
    });
    /** The very change that the runner makes of the rule. */
    const rule = (colour: Colour) => {
      const weights = (['blue', 'green'] as const).map(
        (one) => `{TargetGroupArn=${fixture.groups[one]},Weight=${one === colour ? 100 : 0}}`,
      );
      return `"$AWS" elbv2 modify-rule --rule-arn ${fixture.rule} --actions 'Type=forward,ForwardConfig={TargetGroups=[${weights.join(',')}]}'`;
    };
    const samples: Record<string, Sample[]> = {};
    const sample = async (name: string, round: number, command: Command) => {
      const one = await changing(proxy, command);
      if (round >= 0) (samples[name] ??= []).push(one);
    };
    let live: Colour = 'blue';
    const other = (): Colour => (live === 'blue' ? 'green' : 'blue');
    for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
      const version = `${round + WARM_UPS + 1}.0.0`;
      const before = `${round + WARM_UPS}.0.0`;
      await fixture.release(version, answering(version));
      await sample('runner: deploy', round, ours('deploy', '--release', version));
      live = other();
      const input = join(directory, 'task-definition.json');
      const image = await fixture.base.image(answering(version));
      await writeFile(input, JSON.stringify(fixture.base.definition(image)));
      const service = `--cluster ${fixture.base.cluster} --services ${fixture.base.service}-${other()}`;
      if (round > -WARM_UPS) {
        await sample('runner: rollback', round, ours('rollback', '--to', before));
        await sample('aws cli: modify-rule', round, script([rule(other())]));
        await measured(ours('rollback', '--to', version));
      }
      await sample(
        'aws cli: deploy',
        round,
        script([
          `arn=$("$AWS" ecs register-task-definition --cli-input-json "file://${input}" --query taskDefinition.taskDefinitionArn --output text)`,
          `"$AWS" ecs update-service ${service.replace('--services', '--service')} --task-definition "$arn" --desired-count 2`,
          `"$AWS" ecs wait services-stable ${service}`,
          rule(other()),
        ]),
      );
      // Back to where the ledger knows it to be.
      await fixture.send({ [fixture.groups[live]]: 100, [fixture.groups[other()]]: 0 });
    }
    return { name: 'Switch between two services, and the way back', rows: rows(samples) };
  } finally {
    await proxy.stop();
    await fixture.remove();
  }
};

async function changing(proxy: AwsProxy, command: Command): Promise<Sample> {
  let changedAt = 0;
  proxy.use(async (request, send) => {
    const answer = await send(request);
    // The last one is that of production: the test rule comes before it.
    if (request.action.endsWith('.ModifyRule')) changedAt = performance.now();
    return answer;
  });
  proxy.clear();
  const { startedAt, endedAt } = await measured(command);
  const calls = proxy.calls.filter(({ action }) => !action.startsWith('GET ')).length;
  return { wallMs: endedAt - startedAt, changedMs: changedAt - startedAt, calls };
}

function rows(samples: Readonly<Record<string, readonly Sample[]>>): BenchRow[] {
  const middle = (name: string, pick: (sample: Sample) => number) => median((samples[name] ?? []).map(pick));
  const limited = (
    label: string,
    value: number,
    unit: string,
    limit: number,
    ratioTo?: string,
  ): BenchRow => ({
    ...{ label, value, unit, limit, ok: value <= limit },
    ...(ratioTo === undefined ? {} : { ratioTo }),
  });
  const wall = ({ wallMs }: Sample) => wallMs;
  const back = 'runner: rollback';
  const ratio = (name: string, peer: string) => middle(name, wall) / middle(peer, wall);
  return [
    ...Object.keys(samples).map((name) => ({
      label: `${name}, whole command`,
      value: middle(name, wall),
      unit: 'ms',
    })),
    limited(
      `${back}, until the rule is changed`,
      middle(back, ({ changedMs }) => changedMs),
      'ms',
      BACK_MS,
    ),
    {
      label: 'aws cli: modify-rule, until the rule is changed',
      value: middle('aws cli: modify-rule', ({ changedMs }) => changedMs),
      unit: 'ms',
    },
    limited(back, ratio(back, 'aws cli: modify-rule'), '×', 1.5, 'the AWS CLI changing the rule'),
    limited(
      'runner: deploy',
      ratio('runner: deploy', 'aws cli: deploy'),
      '×',
      1,
      'the AWS CLI, its own waiter',
    ),
    ...Object.keys(samples).map((name) => ({
      ...{ label: `${name}, API calls`, value: middle(name, ({ calls }) => calls), unit: 'calls' },
    })),
  ];
}

export default bench;
