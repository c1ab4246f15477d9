import { expect } from 'chai';
import { environmentOfBranch } from '../../../../runner/src/domain/branches.js';
import {
  pipelineOf,
  selectStages,
  type PipelineInput,
} from '../../../../runner/src/pipeline/rules/stageGraph.js';

const input: PipelineInput = {
  application: 'shop',
  branches: { develop: 'staging', main: 'production', 'release/*': 'production' },
  images: { web: { test: ['pytest'] }, worker: {} },
  environments: {
    staging: { infrastructure: {}, provision: {}, targets: { web: {} } },
    production: {
      infrastructure: {},
      promotion: { from: 'staging', approval: 'required' },
      targets: { web: {} },
    },
  },
  credentialsOf: () => [],
};
const graph = (branch: string) =>
  pipelineOf(input, branch).stages.map((stage) => `${stage.id} < ${stage.needs.join(' ')}`.trim());

describe('the stage graph', () => {
  it('builds, tests, pushes, applies, provisions and deploys a branch of a direct environment', () => {
    expect(graph('develop')).to.deep.equal([
      'build:web <',
      'test:web < build:web',
      'build:worker <',
      'push < test:web build:worker',
      'plan:staging <',
      'apply:staging < plan:staging push',
      'provision:staging < apply:staging',
      'deploy:staging < provision:staging',
    ]);
  });

  it('goes through the environment before, asks for approval, and then promotes', () => {
    expect(graph('main').slice(4)).to.deep.equal([
      'deploy:staging < push',
      'plan:production <',
      'approve:production < deploy:staging plan:production',
      'apply:production < plan:production approve:production',
      'promote:production < apply:production',
    ]);
  });

  it('ends with a release on the branches that are named for it, behind all but what older releases need', () => {
    const migrate = { contract: { approval: 'none' as const } };
    const staging = { targets: { web: { migrate } } };
    const releasing = (releaseBranches: readonly string[], more: object = {}) =>
      ({ ...input, releaseBranches, ...more }) as PipelineInput;
    const last = (config: PipelineInput, branch: string) => pipelineOf(config, branch).stages.at(-1);
    expect(last(releasing(['main', 'release/*']), 'main')).to.deep.equal({
      id: 'release',
      kind: 'release',
      title: 'Release',
      needs: ['promote:production'],
      environment: 'staging',
      command: ['release', '--tag-only'],
      credentials: [],
    });
    expect(last(releasing(['release/*']), 'release/1.x')?.kind).to.equal('release');
    expect(last(releasing(['main']), 'develop')?.kind).to.equal('deploy');
    const contracting = last(releasing(['develop'], { environments: { staging } }), 'develop');
    expect(contracting?.needs).to.deep.equal(['deploy:staging']);
    // A branch that leads nowhere is built and tested.
    expect(last(releasing(['*']), 'library')?.needs).to.deep.equal(['test:web', 'build:worker']);
  });

  it('goes through no environment that nothing is deployed to', () => {
    const { staging, production } = input.environments as Required<typeof input.environments>;
    const environments = {
      staging: { ...staging, targets: {} },
      production: { ...production, targets: {} },
    } as PipelineInput['environments'];
    const stages = pipelineOf({ ...input, images: {}, environments }, 'main').stages;
    expect(stages.map(({ id }) => id)).to.deep.equal([
      'plan:production',
      'approve:production',
      'apply:production',
    ]);
  });

  it('asks nobody to approve an environment that gets nothing, and checks no needs of it', () => {
    const { staging, production } = input.environments as Required<typeof input.environments>;
    const bare = { promotion: { from: 'staging', approval: 'required' as const }, targets: {} };
    const ids = (environments: object, more: object = {}) =>
      pipelineOf({ ...input, environments, ...more } as PipelineInput, 'main').stages.map(({ id }) => id);
    const built = ['build:web', 'test:web', 'build:worker', 'push'];
    const rows: readonly (readonly [string, readonly string[], object, object?])[] = [
      ['nothing at all', [], { staging: { targets: {} }, production: bare }, { images: {} }],
      ['nothing but images', built, { staging: { targets: {} }, production: bare }],
      ['nothing, though staging has', [...built, 'deploy:staging'], { staging, production: bare }],
      [
        'nothing that needs others',
        [],
        { staging: { targets: {} }, production: bare },
        { images: {}, needs: { auth: 's3://a' } },
      ],
      [
        'infrastructure alone, though staging is deployed to',
        [...built, 'deploy:staging', 'plan:production', 'approve:production', 'apply:production'],
        { staging, production: { ...production, targets: {} } },
      ],
      [
        'playbooks alone',
        [...built, 'deploy:staging', 'approve:production', 'provision:production'],
        { staging, production: { ...bare, provision: {} } },
      ],
    ];
    for (const [name, expected, environments, more] of rows)
      expect(ids(environments, more), name).to.deep.equal(expected);
  });

  it('only builds and tests a branch that no rule matches', () => {
    expect(pipelineOf(input, 'feature/x').environment).to.equal(undefined);
    expect(graph('feature/x')).to.deep.equal(['build:web <', 'test:web < build:web', 'build:worker <']);
  });

  it('checks what each environment needs beside the builds, before anything there is touched', () => {
    const needing = { ...input, needs: { auth: 's3://delivery', mail: '../mail' } };
    const stages = pipelineOf(needing, 'main').stages;
    expect(
      stages.slice(0, 2).map(({ id, kind, title, command, needs }) => [id, kind, title, command, needs]),
    ).to.deep.equal([
      ['needs:staging', 'needs', 'Check what staging needs', ['needs', '--env', 'staging'], []],
      ['needs:production', 'needs', 'Check what production needs', ['needs', '--env', 'production'], []],
    ]);
    expect(stages.slice(6).map((stage) => `${stage.id} < ${stage.needs.join(' ')}`)).to.deep.equal([
      'deploy:staging < needs:staging push',
      'plan:production < ',
      'approve:production < needs:production deploy:staging plan:production',
      'apply:production < plan:production approve:production',
      'promote:production < apply:production',
    ]);
    const direct = pipelineOf(needing, 'develop').stages;
    expect(direct.find(({ id }) => id === 'apply:staging')?.needs).to.include('needs:staging');
    expect(pipelineOf(needing, 'feature/x').stages.map(({ kind }) => kind)).to.not.include('needs');
  });

  it('names the applications upstream, so that their releases can start it', () => {
    expect(pipelineOf({ ...input, needs: { auth: '../auth' } }, 'x').upstream).to.deep.equal(['auth']);
    expect(pipelineOf(input, 'develop').upstream).to.deep.equal([]);
  });

  it('lists every stage after what it needs', () => {
    for (const branch of ['develop', 'main', 'x']) {
      const seen = new Set<string>();
      for (const stage of pipelineOf(input, branch).stages) {
        expect(
          stage.needs.every((need) => seen.has(need)),
          stage.id,
        ).to.equal(true);
        seen.add(stage.id);
      }
    }
  });

  it('leaves out only what comes before --from', () => {
    const ids = selectStages(pipelineOf(input, 'develop').stages, { from: 'apply:staging' }).map(
      (stage) => stage.id,
    );
    expect(ids).to.deep.equal(['apply:staging', 'provision:staging', 'deploy:staging']);
  });

  it('runs just what --only names, as if its needs were met', () => {
    const chosen = selectStages(pipelineOf(input, 'develop').stages, { only: ['push'] });
    expect(chosen.map(({ id, needs }) => [id, needs])).to.deep.equal([['push', []]]);
  });

  it('takes a kind for all stages of it', () => {
    const { stages } = pipelineOf(input, 'main');
    const idsOf = (choice: Parameters<typeof selectStages>[1]) =>
      selectStages(stages, choice).map(({ id }) => id);
    expect(idsOf({ only: ['build', 'plan'] })).to.deep.equal([
      'build:web',
      'build:worker',
      'plan:production',
    ]);
    expect(idsOf({ from: 'apply' })).to.deep.equal(['apply:production', 'promote:production']);
  });

  it('refuses a stage that does not exist', () => {
    expect(() => selectStages(pipelineOf(input, 'x').stages, { from: 'deploy:staging' })).to.throw(
      RangeError,
    );
  });
});

describe('branch rules', () => {
  const rules = { 'release/*': 'production', 'release/old': 'staging', '*': 'preview' };
  it('prefer an exact name to a glob that stands before it', () => {
    expect(environmentOfBranch(rules, 'release/old')).to.equal('staging');
  });
  it('let the first glob win', () =>
    expect(environmentOfBranch(rules, 'release/1.2')).to.equal('production'));
  it('do not let * cross a slash', () => expect(environmentOfBranch(rules, 'a/b')).to.equal(undefined));
  it('do not mistake an object’s own members for branches', () =>
    expect(environmentOfBranch({ main: 'production' }, 'constructor')).to.equal(undefined));
});

describe('the commands of a pipeline', () => {
  const commands = (branch: string, more: Partial<PipelineInput> = {}) =>
    Object.fromEntries(
      pipelineOf({ ...input, ...more }, branch).stages.map(({ id, command }) => [id, command.join(' ')]),
    );

  it('are what a person would type', () => {
    expect(commands('main', { needs: { auth: 's3://b' } })).to.deep.equal({
      'needs:staging': 'needs --env staging',
      'needs:production': 'needs --env production',
      'build:web': 'build web',
      'test:web': 'test web',
      'build:worker': 'build worker',
      push: 'push --env staging',
      'deploy:staging': 'deploy --env staging',
      'plan:production': 'plan --env production',
      // Somebody is asked: there is nothing to run.
      'approve:production': '',
      'apply:production': 'apply --env production',
      'promote:production': 'promote --env production --approve',
    });
    expect(commands('develop')).to.include({
      push: 'push --env staging',
      'provision:staging': 'provision --env staging',
      'deploy:staging': 'deploy --env staging',
    });
  });

  it('approve nothing where nobody has to', () => {
    const { production } = input.environments;
    if (production === undefined) throw new Error('the sample has production');
    const environments = {
      ...input.environments,
      production: { ...production, promotion: { from: 'staging', approval: 'none' as const } },
    };
    expect(commands('main', { environments })['promote:production']).to.equal('promote --env production');
    expect(commands('main', { environments })).not.to.have.property('approve:production');
  });

  it('are of no environment where a rule leads to one that is not there', () => {
    expect(Object.keys(commands('x', { branches: { x: 'gone' } }))).to.deep.equal([
      'build:web',
      'test:web',
      'build:worker',
    ]);
    const { environment, stages } = pipelineOf({ ...input, environments: {} }, 'main');
    expect(environment).to.equal(undefined);
    expect(stages).to.have.length(3);
  });

  it('need only what is chosen with them', () => {
    const { stages } = pipelineOf(input, 'develop');
    const needs = (choice: Parameters<typeof selectStages>[1]) =>
      selectStages(stages, choice).map(({ id, needs: before }) => `${id} < ${before.join(' ')}`.trim());
    expect(needs({ only: ['push', 'test:web'] })).to.deep.equal(['test:web <', 'push < test:web']);
    expect(needs({ from: 'test' }))
      .to.include('test:web <')
      .and.include('push < test:web build:worker');
    expect(needs({})).to.have.length(stages.length);
    // A kind may hold a stage that comes before another of the same kind.
    expect(needs({ from: 'build' })).to.deep.equal(needs({}));
  });
});
