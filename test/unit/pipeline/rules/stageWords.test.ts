import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  pipelineOf,
  selectStages,
  type PipelineInput,
} from '../../../../runner/src/pipeline/rules/stageGraph.js';
import { destinationWords, runWords } from '../../../../runner/src/pipeline/rules/stageWords.js';

const tested = { test: ['pytest'] };
const images = { web: tested, worker: tested };
const full = { infrastructure: {}, provision: {}, targets: { web: {} } };
const promotion = { from: 'staging', approval: 'required' as const };
const input = (more: Partial<PipelineInput> = {}): PipelineInput => ({
  application: 'shop',
  branches: { develop: 'staging', main: 'production' },
  images,
  environments: { staging: full, production: { ...full, promotion } },
  credentialsOf: () => [],
  ...more,
});
const bare = { staging: { targets: {} }, production: { targets: {}, promotion } };

/** What is said, of which branch, with which stages chosen, and what differs in the configuration. */
type Row = readonly [string, string, (readonly string[])?, Partial<PipelineInput>?];

/** What a run says of itself that ended well with the stages chosen. */
function words(branch: string, only: readonly string[] = [], more: Partial<PipelineInput> = {}): string {
  const pipeline = pipelineOf(input(more), branch);
  const chosen = selectStages(pipeline.stages, { only });
  return runWords(pipeline, new Set(chosen.map(({ id }) => id)));
}

describe('what a run says it has done', () => {
  const rows: readonly Row[] = [
    ['develop is in staging', 'develop'],
    ['main is in production', 'main'],
    ['x is built and tested', 'x'],
    ['x is built and tested (web)', 'x', [], { images: { web: tested, worker: {} } }],
    ['x is built', 'x', [], { images: { web: {} } }],
    [
      'nothing was run: staging has no infrastructure, playbooks or targets, and there are no images',
      'develop',
      [],
      { images: {}, environments: bare },
    ],
    [
      'nothing was run: production has no infrastructure, playbooks or targets, and there are no images',
      'main',
      [],
      { images: {}, environments: bare },
    ],
    ['nothing was run: no branch rule matches x, and there are no images', 'x', [], { images: {} }],
    ['develop is built, tested and pushed', 'develop', [], { environments: bare }],
    ['production is planned and applied (2 of 11 stages)', 'main', ['plan:production', 'apply:production']],
    ['staging is planned (1 of 9 stages)', 'develop', ['plan:staging']],
    ['staging is provisioned (1 of 9 stages)', 'develop', ['provision:staging']],
    ['web is built (1 of 9 stages)', 'develop', ['build:web']],
    ['develop is built (2 of 9 stages)', 'develop', ['build:web', 'build:worker']],
    ['develop is pushed (1 of 9 stages)', 'develop', ['push']],
    ['develop is in staging (1 of 9 stages)', 'develop', ['deploy:staging']],
    ['main is in staging (1 of 11 stages)', 'main', ['deploy:staging']],
    [
      'main is in staging; production is planned (2 of 11 stages)',
      'main',
      ['deploy:staging', 'plan:production'],
    ],
    ['main is in production (1 of 11 stages)', 'main', ['promote:production']],
    ['production is approved (1 of 11 stages)', 'main', ['approve:production']],
    [
      'main is built, tested and pushed; production is planned, approved and applied',
      'main',
      [],
      { environments: { ...bare, production: { ...bare.production, infrastructure: {} } } },
    ],
    [
      'what staging needs was checked (1 of 10 stages)',
      'develop',
      ['needs:staging'],
      { needs: { auth: 's3://a' } },
    ],
    ['develop is in staging', 'develop', [], { needs: { auth: 's3://a' } }],
  ];
  for (const [expected, branch, only, more] of rows) {
    const from = more === undefined ? '' : ` (${Object.keys(more).join(', ')} changed)`;
    it(`${branch}${(only ?? []).map((id) => ` ${id}`).join('')}${from}: ${expected}`, () =>
      expect(words(branch, only, more)).to.equal(expected));
  }

  it('names what was checked out where it was run as another branch', () => {
    const pipeline = pipelineOf(input(), 'main');
    const all = new Set(pipeline.stages.map(({ id }) => id));
    expect(runWords(pipeline, all, 'fix-1, run as main,')).to.equal('fix-1, run as main, is in production');
  });

  it('says that something is in an environment only where a stage brought it there', () => {
    const parts = fc.record({
      branch: fc.constantFrom('develop', 'main', 'x'),
      images: fc.constantFrom({}, { web: {} }, images),
      staging: fc.constantFrom(
        bare.staging,
        full,
        { targets: { web: {} } },
        { infrastructure: {}, targets: {} },
      ),
      production: fc.constantFrom<PipelineInput['environments'][string]>({ targets: {} }, full, {
        infrastructure: {},
        targets: {},
      }),
      done: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    });
    fc.assert(
      fc.property(parts, ({ branch, images: chosen, staging, production, done }) => {
        const environments = { staging, production: { ...production, promotion } };
        const pipeline = pipelineOf(input({ images: chosen, environments }), branch);
        const ran = pipeline.stages.filter((_, index) => done[index]);
        const said = runWords(pipeline, new Set(ran.map(({ id }) => id)));
        for (const environment of ['staging', 'production']) {
          const arrived = ran.some(
            (stage) => stage.environment === environment && /^(?:deploy|promote)$/.test(stage.kind),
          );
          if (said.includes(`is in ${environment}`)) expect(arrived, said).to.equal(true);
        }
        const claims = {
          built: 'build',
          tested: 'test',
          pushed: 'push',
          applied: 'apply',
          approved: 'approve',
          planned: 'plan',
          provisioned: 'provision',
        };
        for (const [word, kind] of Object.entries(claims))
          if (new RegExp(`\\b${word}\\b`).test(said))
            expect(
              ran.map((stage) => stage.kind),
              said,
            ).to.include(kind);
        if (ran.length === 0) expect(said).to.match(/^nothing was run/);
        if (ran.length > 0 && ran.length < pipeline.stages.length)
          expect(said).to.contain(`(${ran.length} of `);
      }),
    );
  });
});

describe('where a branch leads, in words', () => {
  const destination = (branch: string, more: Partial<PipelineInput> = {}) =>
    destinationWords(pipelineOf(input(more), branch));

  it('says when nothing is run there, and when nothing is changed there', () => {
    expect(destination('develop')).to.equal('Branch develop leads to staging');
    expect(destination('develop', { environments: bare })).to.equal(
      'Branch develop leads to staging, but nothing is changed there: staging has no infrastructure, playbooks or targets',
    );
    expect(destination('develop', { environments: bare, images: {} })).to.equal(
      'Branch develop leads to staging, but there is nothing to run: staging has no infrastructure, playbooks or targets, and there are no images',
    );
    expect(destination('x')).to.equal('Branch x matches no branch rule: it is only built and tested');
    expect(destination('x', { images: {} })).to.contain('there are no images, so nothing is run');
  });
});
