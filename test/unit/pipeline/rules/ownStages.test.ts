import { expect } from 'chai';
import type { OwnStages } from '../../../../runner/src/config/stagesSchema.js';
import { agentBlocksOf } from '../../../../runner/src/pipeline/rules/agentBlocks.js';
import { ownStageRemarks } from '../../../../runner/src/pipeline/rules/ownStageRemarks.js';
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
    const around = { one: own({ after: ['deploy:staging'], before: ['build:web'] }) };
    expect(() => graph(around, 'develop')).to.throw(
      'stages wait for each other in a circle: build:web → one → deploy:staging → push → build:web',
    );
    const stages = {
      three: own({ after: ['two'] }),
      one: own({ after: ['two'] }),
      two: own({ after: ['one'] }),
    };
    // What only waits for those in the circle is not one of them.
    expect(() => graph(stages, 'develop')).to.throw('in a circle: two → one → two');
  });
});

describe('what the graphs of all branches tell of a project’s own stages', () => {
  const remarks = (stages: OwnStages) =>
    ownStageRemarks(input(stages)).map(
      ({ path, words, level }) => `${level} ${path.join('.')}: ${words as string}`,
    );

  it('is nothing of those that stand well', () => {
    expect(remarks({})).to.deep.equal([]);
    expect(
      remarks({
        smoke: own({ after: ['deploy:staging'], before: ['approve:production'] }),
        tidy: own({ after: ['promote:production'] }),
        scan: own({ after: ['build:web'], before: ['push'] }),
      }),
    ).to.deep.equal([]);
  });

  it('is a circle, once, beginning with one of their own', () => {
    expect(remarks({ one: own({ after: ['two'] }), two: own({ after: ['one'] }) })).to.deep.equal([
      'error stages.one: stages wait for each other in a circle: one → two → one',
    ]);
    expect(remarks({ one: own({ after: ['one'] }) })).to.deep.equal([
      'error stages.one: stages wait for each other in a circle: one → one',
    ]);
    const before = {
      one: own({ after: ['push'], before: ['two'] }),
      two: own({ after: ['push'], before: ['one'] }),
    };
    expect(remarks(before)).to.deep.equal([
      'error stages.one: stages wait for each other in a circle: one → two → one',
    ]);
  });

  it('is a circle through built-in stages, on whichever branch', () => {
    expect(remarks({ smoke: own({ after: ['deploy:staging'], before: ['push'] }) })).to.deep.equal([
      'error stages.smoke: stages wait for each other in a circle: smoke → deploy:staging → push → smoke',
    ]);
    const late = { smoke: own({ after: ['promote:production'], before: ['deploy:staging'] }) };
    expect(remarks(late)).to.deep.equal([
      'error stages.smoke: stages wait for each other in a circle: smoke → promote:production → approve:production → deploy:staging → smoke',
    ]);
  });

  it('is a stage that no branch has', () => {
    const { environments, ...rest } = input({
      smoke: own({ after: ['deploy:staging', 'deploy:review'] }),
      load: own({ after: ['smoke'] }),
    });
    const review = { review: { targets: { web: {} } }, ...environments };
    expect(
      ownStageRemarks({
        ...rest,
        environments: review,
        branches: { develop: 'staging', 'pr/*': 'review' },
      }).map(({ words, level }) => [level, words]),
    ).to.deep.equal([
      ['warning', 'stages.smoke: is on no branch, as none has all of deploy:staging, deploy:review'],
      ['warning', 'stages.load: is on no branch, as none has smoke'],
    ]);
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

  it('come after contract steps, where there are any', () => {
    const contract = (approval: string) => `application: shop
images: { web: { repository: shop/web } }
environments:
  staging:
    targets:
      web:
        kind: ecs-service
        cluster: main
        service: web
        image: web
        migrate: { contract: { command: ./contract, approval: ${approval} } }
stages: { smoke: { after: contract:staging, before: approve-contract:staging, run: x } }
`;
    const words = (approval: string) =>
      validateConfig('automation-stack.yml', contract(approval), '/work').issues.map(
        ({ message }) => message,
      );
    expect(words('required')).to.deep.equal([]);
    expect(words('none')[0]).to.contain('stages.smoke.before: there is no stage "approve-contract:staging".');
    expect(issues('{ smoke: { after: contract:staging, run: x } }')[0]).to.contain(
      'there is no stage "contract:staging".',
    );
  });

  it('do not come after a deploy to where releases are only promoted', () => {
    const text = `application: shop
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging } }
stages: { smoke: { after: deploy:production, run: x } }
`;
    expect(
      validateConfig('automation-stack.yml', text, '/work').issues.map(({ message }) => message),
    ).to.deep.equal([
      'stages.smoke.after: there is no stage "deploy:production". Did you mean "promote:production"?',
    ]);
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
