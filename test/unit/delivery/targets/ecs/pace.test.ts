import { balancerAnswers, GROUP } from '../../../../support/balancerAnswers.js';
import { expect } from 'chai';
import type { Answer } from '../../../../support/fakeAws.js';
import { ecsWorld, type EcsWorldOptions } from '../../../../support/ecsWorld.js';

/** What the platform itself takes, in seconds. */
const TIMES = [
  0.5, 1, 1.9, 2, 2.2, 2.5, 3, 4, 5, 6, 8, 10, 12, 14, 18, 20, 22, 25, 30, 35, 40, 45, 50, 60, 75, 90, 120,
];

const balancing: Readonly<Record<string, Answer>> = {
  ...balancerAnswers({ Protocol: 'HTTP', Port: 80 }),
  'elasticloadbalancing:DescribeTargetHealth': () => ({
    TargetHealthDescriptions: ['10.0.0.1', '10.0.0.2'].map((Id) => ({
      Target: { Id, Port: 8000 },
      TargetHealth: { State: 'healthy' },
    })),
  }),
};

interface Case {
  readonly kind: 'worker' | 'web';
  readonly health?: object;
  readonly options?: EcsWorldOptions;
  readonly balanced?: boolean;
  /** The platform's messages do not name the tasks that it started. */
  readonly isSilent?: boolean;
  /** What the proof rests on: the case is what its name says. */
  readonly proof: string;
}

const CASES = {
  'only the tasks watched': { kind: 'worker', proof: 'its tasks kept running for 0ms' },
  'its URL asked': { kind: 'web', health: { url: 'http://shop.example/' }, proof: 'its URL answers' },
  'each task asked': { kind: 'web', proof: '2 tasks answer' },
  'each task asked, of a platform that names none': { kind: 'web', isSilent: true, proof: '2 tasks answer' },
  'its URL asked, behind a load balancer': {
    kind: 'web',
    health: { url: 'http://shop.example/' },
    balanced: true,
    proof: 'its URL answers, 2/2 targets healthy',
  },
  'behind a load balancer whose URL is looked up': {
    kind: 'web',
    balanced: true,
    proof: 'its URL answers, 2/2 targets healthy',
  },
} satisfies Readonly<Record<string, Case>>;

/** A deploy of a changed image without a bake window, whose new tasks run after half of that time. */
async function deployed(name: keyof typeof CASES, seconds: number) {
  const { kind, health, balanced = false, isSilent = false, proof }: Case = CASES[name];
  const { ecs, aws, target, release, rollout, clock } = ecsWorld(kind, {
    config: { health: { for: '0s', ...health } },
    ...(balanced ? { answers: balancing } : {}),
  });
  ecs.courses = [{ runningMs: seconds * 500, completedMs: seconds * 1000 }];
  ecs.namesTasks = !isSilent;
  if (balanced)
    ecs.service = { loadBalancers: [{ targetGroupArn: GROUP, containerName: 'web', containerPort: 8000 }] };
  await target.snapshot();
  let movedMs = 0;
  const journal = async () => void (movedMs = clock.now().getTime());
  const record = await target.deploy(release, { ...rollout, journal });
  expect(record.facts).to.include({ proof });
  return { calls: aws.asked.length, wallMs: clock.now().getTime() - movedMs };
}

/** Eight calls, and one more for each further ten seconds that have begun. */
const budget = (seconds: number) => 8 + Math.max(0, Math.ceil((seconds - 2) / 10));

describe('an ECS service: what a changed deploy costs beside the platform’s own time', () => {
  const counted: Readonly<Record<keyof typeof CASES, number>> = {
    'only the tasks watched': 7,
    'its URL asked': 7,
    // One call asks what runs before whether it answers from here, one asks the new tasks.
    'each task asked': 7,
    'each task asked, of a platform that names none': 9,
    // The target group, and how the targets of the new tasks stand.
    'its URL asked, behind a load balancer': 8,
    // Its name, its listeners and their rules.
    'behind a load balancer whose URL is looked up': 11,
  };
  for (const name of Object.keys(CASES) as (keyof typeof CASES)[]) {
    it(`of two seconds is a quarter of that at most, and ${counted[name]} calls: ${name}`, async () => {
      const { calls, wallMs } = await deployed(name, 2);
      expect(calls).to.equal(counted[name]);
      expect(wallMs).to.be.within(2000, 2500);
    });
  }

  /** Calls beyond the budget in a longer rollout. Targets of a load balancer are asked as long as it takes. */
  const surplus = {
    'only the tasks watched': 0,
    'its URL asked': 0,
    // One tells in the end that tasks still run which were found before the platform was stable.
    'each task asked': 1,
    'each task asked, of a platform that names none': 3,
  } as const;
  for (const name of Object.keys(surplus) as (keyof typeof surplus)[]) {
    it(`grows by one call for each further ten seconds: ${name}`, async () => {
      for (const seconds of TIMES) {
        const { calls, wallMs } = await deployed(name, seconds);
        const more = seconds <= 2.5 ? Math.max(0, counted[name] - 8) : surplus[name];
        expect(calls, `${seconds} s`).to.be.at.most(budget(seconds) + more);
        expect(wallMs - seconds * 1000, `${seconds} s`).to.be.at.most(12_000);
      }
    });
  }
});
