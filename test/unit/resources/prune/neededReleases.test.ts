import { expect } from 'chai';
import fc from 'fast-check';
import { hasRun, isInService } from '../../../../runner/src/domain/behind.js';
import type { DeploymentRecord, DeploymentStatus } from '../../../../runner/src/domain/records.js';
import { RollbackLine } from '../../../../runner/src/domain/rollbackLine.js';
import {
  neededReleases,
  type EnvironmentFacts,
} from '../../../../runner/src/resources/prune/rules/neededReleases.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-29T12:00:00Z');
const at = (days: number) => new Date(NOW - days * DAY).toISOString();

const deployment = (
  sequence: number,
  version: string,
  more: Partial<DeploymentRecord> = {},
): DeploymentRecord => ({
  sequence,
  environment: 'staging',
  kind: 'deploy',
  version,
  status: 'healthy',
  startedAt: at(100 - sequence),
  endedAt: at(100 - sequence),
  who: 'alice',
  commit: 'c',
  ...more,
});
const ledgerOf = (...deployments: DeploymentRecord[]) => {
  const newest = [...deployments].reverse();
  const versions = [...new Set(deployments.map(({ version }) => version))];
  return {
    releases: versions.map((version) => ({ version, createdAt: at(200) })),
    environments: [{ name: 'staging', deployments: newest }],
  };
};
const rule = { keep: 0, forMs: 30 * DAY };
const reason = (facts: ReturnType<typeof ledgerOf>, version: string, over = {}) =>
  neededReleases(facts, { ...rule, ...over }, NOW).get(version);

describe('releases that are needed', () => {
  const table: readonly (readonly [string, DeploymentRecord[], string, RegExp])[] = [
    ['runs', [deployment(1, 'a')], 'a', /^runs in staging$/],
    [
      'is behind',
      [
        deployment(1, 'a'),
        deployment(2, 'b', {
          status: 'partial',
          targets: {
            web: {
              kind: 'fleet',
              status: 'partial',
              hosts: {
                total: 2,
                behind: [{ host: 'web-1', version: 'a', cause: 'unreachable', reason: 'no answer' }],
              },
            },
          },
        }),
      ],
      'a',
      /^web-1 of staging may still run it$/,
    ],
    [
      'failed after what runs',
      [deployment(1, 'a'), deployment(2, 'b', { status: 'failed' })],
      'b',
      /is failed$/,
    ],
    ['is paused', [deployment(1, 'a'), deployment(2, 'b', { status: 'paused' })], 'b', /is paused$/],
    [
      'moved in part',
      [deployment(1, 'a'), deployment(2, 'b', { status: 'failed', moved: ['worker'] }), deployment(3, 'c')],
      'b',
      /is failed$/,
    ],
    [
      'ran before',
      [deployment(1, 'a'), deployment(2, 'b', { previous: 'a' })],
      'a',
      /^staging ran it before$/,
    ],
    [
      'is the way back',
      [
        deployment(1, 'a'),
        deployment(2, 'b'),
        deployment(3, 'c'),
        deployment(4, 'b', { kind: 'rollback', previous: 'c' }),
      ],
      'a',
      /^staging may be rolled back to it$/,
    ],
    [
      'was in service not long ago',
      [deployment(1, 'a'), deployment(80, 'b'), deployment(81, 'c')],
      'a',
      /^in service in staging within 30d$/,
    ],
  ];
  for (const [name, deployments, version, why] of table)
    it(`stay where one ${name}`, () => {
      expect(reason(ledgerOf(...deployments), version)).to.match(why);
    });

  it('are not those whose time is over', () => {
    const facts = ledgerOf(...['a', 'b', 'c', 'd'].map((version, index) => deployment(index + 1, version)));
    expect([...neededReleases(facts, rule, NOW).keys()]).to.have.members(['c', 'd']);
  });

  it('stay while one is young or among the newest, though it was never deployed', () => {
    const facts = {
      releases: [
        { version: 'young', createdAt: at(3) },
        { version: 'new', createdAt: at(100) },
        { version: 'old', createdAt: at(200) },
      ],
      environments: [],
    };
    const needed = neededReleases(facts, { keep: 2, forMs: 30 * DAY }, NOW);
    expect([...needed]).to.deep.equal([
      ['young', 'one of the 2 newest releases'],
      ['new', 'one of the 2 newest releases'],
    ]);
  });

  it('stay where the time of a record cannot be read', () => {
    const facts = { releases: [{ version: 'a', createdAt: 'yesterday' }], environments: [] };
    expect(neededReleases(facts, rule, NOW).has('a')).to.equal(true);
  });
});

const statuses: readonly DeploymentStatus[] = [
  ...(['running', 'paused', 'healthy', 'healthy', 'healthy', 'partial', 'unproven'] as const),
  ...(['failed', 'rolled-back', 'interrupted', 'cut-off'] as const),
];
const version = fc.integer({ min: 1, max: 12 }).map((number) => `1.0.${number}`);
const record = fc.record({
  version,
  status: fc.constantFrom(...statuses),
  kind: fc.constantFrom('deploy' as const, 'promote' as const, 'rollback' as const, 'catch-up' as const),
  previous: fc.option(version, { nil: undefined }),
  days: fc.integer({ min: 0, max: 400 }),
  behind: fc.option(version, { nil: undefined }),
  moved: fc.boolean(),
});
const environment = fc
  .tuple(fc.array(record, { maxLength: 25 }), fc.option(version, { nil: undefined }))
  .map(([records, open]): EnvironmentFacts => {
    const days = records.map((one) => one.days).sort((a, b) => a - b);
    const deployments = records.map((one, index): DeploymentRecord =>
      deployment(records.length - index, one.version, {
        kind: one.kind,
        status: one.status,
        startedAt: at(days[index] as number),
        endedAt: at(days[index] as number),
        ...(one.previous === undefined ? {} : { previous: one.previous }),
        ...(one.moved ? { moved: ['web'] } : {}),
        ...(one.behind === undefined
          ? {}
          : {
              targets: {
                web: {
                  kind: 'fleet',
                  status: one.status,
                  hosts: {
                    total: 3,
                    behind: [{ host: 'h', version: one.behind, cause: 'unreachable', reason: 'r' }],
                  },
                },
              },
            }),
      }),
    );
    const unfinished = open === undefined ? {} : { unfinished: deployment(99, open, { status: 'running' }) };
    return { name: 'staging', deployments, ...unfinished };
  });

describe('whatever a ledger holds', () => {
  const check = (property: (facts: EnvironmentFacts, needed: ReadonlyMap<string, string>) => void) =>
    fc.assert(
      fc.property(
        fc.array(environment, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 60 }),
        (environments, keep, days) => {
          const releases = Array.from({ length: 12 }, (_, index) => ({
            version: `1.0.${index + 1}`,
            createdAt: at(300 + index),
          }));
          const needed = neededReleases({ releases, environments }, { keep, forMs: days * DAY }, NOW);
          for (const facts of environments) property(facts, needed);
        },
      ),
    );

  it('keeps what runs, what hosts may run that are behind, and what a deployment at work or a paused one has', () => {
    check(({ deployments, unfinished }, needed) => {
      const current = deployments.find(({ status }) => isInService(status));
      const running = [
        current?.version,
        ...(current?.targets?.['web']?.hosts?.behind ?? []).map((host) => host.version),
        unfinished?.version,
        unfinished?.previous,
        ...deployments
          .filter(({ status }) => ['running', 'paused', 'cut-off'].includes(status))
          .map((one) => one.version),
        ...deployments.filter(({ moved }) => moved !== undefined).map((one) => one.version),
      ];
      for (const one of running) if (one != null) expect(needed.has(one), one).to.equal(true);
    });
  });

  it('keeps what a rollback returns to, as the rollback itself finds it', () => {
    check(({ deployments }, needed) => {
      const current = deployments.find(({ status }) => isInService(status));
      if (current === undefined) return;
      const line = new RollbackLine(current.version);
      const back = deployments.find((one) => isInService(one.status) && line.offers(one, hasRun(one)));
      if (back !== undefined) expect(needed.has(back.version)).to.equal(true);
    });
  });

  it('keeps what came after the last good deployment, which may have left something behind', () => {
    check(({ deployments }, needed) => {
      for (const { status, version: of } of deployments) {
        if (isInService(status)) break;
        expect(needed.has(of)).to.equal(true);
      }
    });
  });
});
