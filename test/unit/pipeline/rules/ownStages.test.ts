import { expect } from 'chai';
import type { OwnStages } from '../../../../runner/src/config/stagesSchema.js';
import { agentBlocksOf } from '../../../../runner/src/pipeline/rules/agentBlocks.js';
import { pipelineOf, type PipelineInput } from '../../../../runner/src/pipeline/rules/stageGraph.js';
import { validateConfig } from '../../../support/config.js';

const own = (more: Partial<OwnStages[string]> & { after: string[] }) => ({
  run: ['./smoke'],
  timeout: 60_000,
  credentials: [],
  ...more,
});
const input = (stages: OwnStages): PipelineInput => ({
  application: 'shop',
  branches: { develop: 'staging', main: 'production' },
  images: { web: {} },
  environments: {
    staging: { targets: { web: {} } },
    production: { promotion: { from: 'staging', approval: 'required' }, targets: { web: {} } },
  },
  stages,
  credentialsOf: () => [],
});
const graph = (stages: OwnStages, branch: string) =>
  pipelineOf(input(stages), branch).stages.map((stage) => `${stage.id} < ${stage.needs.join(' ')}`.trim());

describe('stages of a project’s own', () => {
  it('stand behind what they come after, in its environment', () => {
    expect(graph({ smoke: own({ after: ['deploy:staging'] }) }, 'develop')).to.deep.equal([
      'build:web <',
      'push < build:web',
      'deploy:staging < push',
      'smoke < deploy:staging',
    ]);
    const { stages } = pipelineOf(
      input({ smoke: own({ after: ['deploy:staging'], credentials: ['SMOKE_KEY'] }) }),
      'develop',
    );
    expect(stages.at(-1)).to.deep.include({
      kind: 'own',
      environment: 'staging',
      command: ['run', '--only', 'smoke'],
      credentials: ['SMOKE_KEY'],
    });
  });

  it('hold up what they come before, also an approval', () => {
    const stages = { smoke: own({ after: ['deploy:staging'], before: ['approve:production'] }) };
    expect(graph(stages, 'main').slice(2)).to.deep.equal([
      'deploy:staging < push',
      'smoke < deploy:staging',
      'approve:production < deploy:staging smoke',
      'promote:production < approve:production',
    ]);
    const blocks = agentBlocksOf('shop', pipelineOf(input(stages), 'main').stages);
    expect(blocks.map(({ kind }) => kind)).to.deep.equal(['agent', 'approval', 'agent']);
    expect(JSON.stringify(blocks[0])).to.contain('"smoke"');
  });

  it('are left out where the branch has not what they come after, with all that come after them', () => {
    const stages = {
      load: own({ after: ['smoke'] }),
      smoke: own({ after: ['deploy:staging', 'promote:production'] }),
    };
    expect(graph(stages, 'develop')).to.have.length(3);
    expect(graph(stages, 'main').slice(-2)).to.deep.equal([
      'smoke < deploy:staging promote:production',
      'load < smoke',
    ]);
  });

  it('may not wait for each other', () => {
    const stages = { one: own({ after: ['deploy:staging'], before: ['build:web'] }) };
    expect(() => graph(stages, 'develop')).to.throw('stages wait for each other: ');
    expect(() => graph({ one: own({ after: ['two'] }), two: own({ after: ['one'] }) }, 'develop')).to.throw(
      'stages wait for each other: ',
    );
  });
});

describe('stages of a project’s own in the configuration', () => {
  const issues = (stages: string) =>
    validateConfig(
      'automation-stack.yml',
      `application: shop
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
stages: ${stages}
`,
      '/work',
    ).issues.map(({ message }) => message);

  it('come after one stage, or several', () => {
    expect(issues('{ smoke: { after: deploy:staging, run: ./smoke } }')).to.deep.equal([]);
    expect(issues('{ smoke: { after: [deploy:staging, push], run: [./smoke, --fast] } }')).to.deep.equal([]);
  });

  it('name stages that there are, or the nearest', () => {
    expect(issues('{ smoke: { after: deploy:stagng, run: x } }')).to.deep.equal([
      'stages.smoke.after: there is no stage "deploy:stagng". Did you mean "deploy:staging"?',
    ]);
    expect(issues('{ smoke: { after: push, before: promote:staging, run: x } }')[0]).to.contain(
      'stages.smoke.before: there is no stage "promote:staging".',
    );
  });

  it('have names and environments that are not taken, and are there', () => {
    expect(issues('{ push: { after: build:web, run: x } }')).to.deep.equal([
      'stages.push: is the name of a built-in stage: choose another one',
    ]);
    expect(issues('{ smoke: { after: push, run: x, environment: stagng } }')).to.deep.equal([
      'environment "stagng" is not defined. Did you mean "staging"?',
    ]);
  });
});
