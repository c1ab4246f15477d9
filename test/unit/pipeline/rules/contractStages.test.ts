import { expect } from 'chai';
import { agentBlocksOf } from '../../../../runner/src/pipeline/rules/agentBlocks.js';
import { pipelineOf, type PipelineInput } from '../../../../runner/src/pipeline/rules/stageGraph.js';

const graph = (staging: 'required' | 'none', production: 'required' | 'none') => {
  const environments: PipelineInput['environments'] = {
    staging: { targets: { web: { migrate: { contract: { approval: staging } } }, api: {} } },
    production: {
      promotion: { from: 'staging', approval: 'none' },
      targets: { web: { migrate: { contract: { approval: production } } } },
    },
  };
  const branches = { develop: 'staging', main: 'production' };
  const input = { application: 'shop', branches, images: {}, environments, credentialsOf: () => [] };
  return (branch: string) => pipelineOf(input, branch).stages;
};
const lines = (stages: ReturnType<ReturnType<typeof graph>>) =>
  stages.map(({ id, needs }) => `${id} < ${needs.join(' ')}`.trim());

describe('contract steps in the stage graph', () => {
  it('follow the release in each environment that it goes through, and hold nothing up', () => {
    expect(lines(graph('none', 'none')('main'))).to.deep.equal([
      'deploy:staging <',
      'contract:staging < deploy:staging',
      'promote:production < deploy:staging',
      'contract:production < promote:production',
    ]);
  });

  it('wait for a person where the configuration says so', () => {
    const stages = graph('none', 'required')('main');
    expect(lines(stages).slice(-2)).to.deep.equal([
      'approve-contract:production < promote:production',
      'contract:production < approve-contract:production',
    ]);
    expect(stages.at(-1)?.command.join(' ')).to.equal('migrate --env production --phase contract --approve');
  });

  it('are approved off the agent, and run under the lock of their environment', () => {
    const blocks = agentBlocksOf('shop', graph('required', 'none')('develop'));
    expect(blocks.slice(1)).to.deep.equal([
      { kind: 'approval', stage: 'approve-contract:staging', environment: 'staging' },
      {
        kind: 'agent',
        lock: 'shop/staging',
        milestone: true,
        groups: [{ milestone: false, sequences: [['contract:staging']] }],
      },
    ]);
  });
});
