import { expect } from 'chai';
import { agentBlocksOf } from '../../../../runner/src/pipeline/rules/agentBlocks.js';
import { pipelineOf, type PipelineInput } from '../../../../runner/src/pipeline/rules/stageGraph.js';
import { runWords } from '../../../../runner/src/pipeline/rules/stageWords.js';

const paused = { strategy: { pause: ['after-test-traffic'] } };
const input = (own: PipelineInput['stages'] = {}): PipelineInput => ({
  application: 'shop',
  branches: { develop: 'staging', main: 'production' },
  images: {},
  environments: {
    staging: { targets: { web: { ...paused, migrate: { contract: { approval: 'none' } } }, api: {} } },
    production: { promotion: { from: 'staging', approval: 'required' }, targets: { web: paused } },
  },
  stages: own,
  credentialsOf: () => [],
});
const own = (after: string, before?: string): NonNullable<PipelineInput['stages']> => ({
  smoke: {
    after: [after],
    ...(before === undefined ? {} : { before: [before] }),
    run: ['x'],
    timeout: 1,
    credentials: [],
  },
});
const lines = (config: PipelineInput, branch = 'main') =>
  pipelineOf(config, branch).stages.map(({ id, needs }) => `${id} < ${needs.join(' ')}`.trim());

describe('pauses in the stage graph', () => {
  it('stand behind the deploy and the promotion, and all that follows waits for them', () => {
    expect(lines(input())).to.deep.equal([
      'deploy:staging <',
      'continue:staging < deploy:staging',
      'contract:staging < continue:staging',
      'approve:production < continue:staging',
      'promote:production < approve:production',
      'continue:production < promote:production',
    ]);
  });

  it('have commands that end at them', () => {
    const commands = pipelineOf(input(), 'main').stages.map(({ command }) => command.join(' '));
    expect(commands).to.include.members([
      'deploy --env staging --until paused',
      'continue --env staging --until paused',
      'promote --env production --approve --until paused',
    ]);
  });

  it('are nowhere where no target pauses', () => {
    const { environments, ...rest } = input();
    const plain = { ...rest, environments: { ...environments, staging: { targets: { api: {} } } } };
    const { stages } = pipelineOf(plain, 'develop');
    expect(stages.map(({ id, command }) => [id, command.join(' ')])).to.deep.equal([
      ['deploy:staging', 'deploy --env staging'],
    ]);
  });

  it('hold back a stage of your own that comes after the deploy, unless it comes before them', () => {
    expect(lines(input(own('deploy:staging')), 'develop')).to.include('smoke < continue:staging');
    const gate = lines(input(own('deploy:staging', 'continue:staging')), 'develop');
    expect(gate).to.include('smoke < deploy:staging');
    expect(gate).to.include('continue:staging < deploy:staging smoke');
  });

  it('are decided off the agent, with the lock only while an answer is carried out', () => {
    const { stages } = pipelineOf(input(), 'main');
    const blocks = agentBlocksOf('shop', stages);
    const pause = (at: string) => ({
      kind: 'pause',
      stage: `continue:${at}`,
      environment: at,
      lock: `shop/${at}`,
      milestone: true,
    });
    expect(
      blocks.map((block) => ('stage' in block ? block.stage : block.groups[0]?.sequences.flat())),
    ).to.deep.equal([
      ['deploy:staging'],
      'continue:staging',
      ['contract:staging'],
      'approve:production',
      ['promote:production'],
      'continue:production',
    ]);
    expect(blocks[1]).to.deep.equal(pause('staging'));
    expect(blocks.at(-1)).to.deep.equal(pause('production'));
  });

  it('leave a release on its way until they are over', () => {
    const pipeline = pipelineOf(input(), 'develop');
    expect(runWords(pipeline, new Set(['deploy:staging']))).to.include('develop is on its way to staging');
    const both = new Set(['deploy:staging', 'continue:staging']);
    expect(runWords(pipeline, both)).to.include('develop is in staging');
  });
});
