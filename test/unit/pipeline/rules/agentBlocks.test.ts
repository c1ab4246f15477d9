import { expect } from 'chai';
import { agentBlocksOf, lockOf } from '../../../../runner/src/pipeline/rules/agentBlocks.js';
import type { Stage, StageKind } from '../../../../runner/src/pipeline/rules/stageGraph.js';

/** `kind:subject < need need` */
function stages(...lines: readonly string[]): readonly Stage[] {
  return lines.map((line) => {
    const [id, needs = ''] = line.split('<').map((part) => part.trim()) as [string, string | undefined];
    const [kind, subject] = id.split(':') as [StageKind, string | undefined];
    return {
      id,
      kind,
      title: id,
      needs: needs.split(' ').filter((need) => need !== ''),
      ...(subject === undefined || ['build', 'test', 'push'].includes(kind) ? {} : { environment: subject }),
      command: [],
      credentials: [],
    };
  });
}

const waves = (...lines: readonly string[]) =>
  agentBlocksOf('shop', stages(...lines)).map((block) =>
    block.kind === 'agent' ? block.groups.map(({ sequences }) => sequences) : block.stage,
  );

describe('agent blocks of a stage graph', () => {
  it('let stages that only wait for one another follow each other in one sequence', () => {
    expect(waves('build:web', 'test:web < build:web', 'push < test:web')).to.deep.equal([
      [[['build:web', 'test:web', 'push']]],
    ]);
  });

  it('run independent sequences side by side, and what joins them after', () => {
    expect(
      waves(
        'build:api',
        'test:api < build:api',
        'build:web',
        'test:web < build:web',
        'push < test:api test:web',
      ),
    ).to.deep.equal([
      [
        [
          ['build:api', 'test:api'],
          ['build:web', 'test:web'],
        ],
        [['push']],
      ],
    ]);
  });

  it('begin a parallel group where an environment is first changed, with a milestone right before it', () => {
    const [block] = agentBlocksOf(
      'shop',
      stages(
        'build:web',
        'push < build:web',
        'plan:staging',
        'apply:staging < plan:staging push',
        'deploy:staging < apply:staging',
      ),
    );
    expect(block).to.deep.equal({
      kind: 'agent',
      milestone: false,
      groups: [
        { milestone: false, sequences: [['build:web', 'push'], ['plan:staging']] },
        { milestone: true, sequences: [['apply:staging', 'deploy:staging']] },
      ],
    });
  });

  it('wait for an approval outside of any agent, then pass a milestone and hold the lock around what it opens', () => {
    const blocks = agentBlocksOf(
      'shop',
      stages(
        'push',
        'deploy:staging < push',
        'plan:production',
        'approve:production < deploy:staging plan:production',
        'apply:production < plan:production approve:production',
        'promote:production < apply:production',
      ),
    );
    expect(blocks.slice(1)).to.deep.equal([
      { kind: 'approval', stage: 'approve:production', environment: 'production' },
      {
        kind: 'agent',
        lock: 'shop/production',
        milestone: true,
        groups: [{ milestone: false, sequences: [['apply:production', 'promote:production']] }],
      },
    ]);
  });

  it('are none where there are no stages', () => {
    expect(agentBlocksOf('shop', [])).to.deep.equal([]);
  });

  it('hold every stage once, and none before what it needs', () => {
    const graph = stages(
      'build:a',
      'build:b',
      'test:b < build:b',
      'push < build:a test:b',
      'deploy:staging < push',
      'plan:production',
      'approve:production < deploy:staging plan:production',
      'promote:production < approve:production',
    );
    const order = waves(...graph.map(({ id, needs }) => `${id} < ${needs.join(' ')}`)).flat(
      3,
    ) as readonly string[];
    expect([...order].sort()).to.deep.equal(graph.map(({ id }) => id).sort());
    for (const { id, needs } of graph)
      for (const need of needs)
        expect(order.indexOf(need), `${need} before ${id}`).to.be.below(order.indexOf(id));
  });
});

describe('the lock of a stage', () => {
  it('names application and environment where it changes one, and is none elsewhere', () => {
    const [build, plan, deploy] = stages('build:web', 'plan:staging', 'deploy:staging') as [
      Stage,
      Stage,
      Stage,
    ];
    expect([build, plan, deploy].map((stage) => lockOf('shop', stage))).to.deep.equal([
      undefined,
      undefined,
      'shop/staging',
    ]);
  });
});
