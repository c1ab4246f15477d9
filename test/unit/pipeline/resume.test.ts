import { expect } from 'chai';
import { pipelineInput } from '../../../runner/src/pipeline/rules/pipelineInput.js';
import type { Context } from '../../../runner/src/context/context.js';
import { pipelineOf, type Stage } from '../../../runner/src/pipeline/rules/stageGraph.js';
import type { ReleaseRecord } from '../../../runner/src/domain/records.js';
import { treeContent } from '../../../runner/src/release/treeContent.js';
import { deployRelease } from '../../../runner/src/delivery/deploy.js';
import { workingTreeInputs } from '../../../runner/src/release/treeInputs.js';
import { doneStages } from '../../../runner/src/pipeline/resume.js';
import { rollbackEnvironment } from '../../../runner/src/delivery/rollback.js';
import { runStages } from '../../../runner/src/pipeline/run.js';
import { crash, FakeTarget } from '../../support/fakeTarget.js';
import { openDeployment, type Deployment } from '../../support/deployment.js';
import { rejection } from '../../support/rejection.js';
import { Repository } from '../../support/repository.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = `application: shop
branches: { main: production }
images: { web: { repository: shop/web, test: [pytest] } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production:
    extends: staging
    promotion: { from: staging, approval: { not: [starter] } }
`;

describe('what another run of a commit has done', () => {
  let repository: Repository;
  let web: FakeTarget;
  let release: ReleaseRecord;

  const process = async (env: Readonly<Record<string, string>> = {}): Promise<Deployment> => {
    const found = await openDeployment(repository.directory, {
      AUTOMATION_STACK_RUN: 'shop-7',
      AUTOMATION_STACK_WHO: 'carol',
      BUILD_URL: 'https://jenkins.example.com/job/shop/7/',
      ...env,
    });
    return { ...found, context: { ...found.context, targets: async () => [web] } };
  };
  const pipeline = async (context: Context) =>
    pipelineOf(pipelineInput(await context.config()), 'main').stages;
  const done = async (env: Readonly<Record<string, string>> = {}) => {
    const { context } = await process(env);
    return [...(await doneStages(context, { stages: await pipeline(context) })).keys()];
  };
  const state = async () => (await process()).context.state();
  const only = async (kind: Stage['kind'], more: object = {}, env: Readonly<Record<string, string>> = {}) => {
    const started = await process(env);
    const all = await pipeline(started.context);
    const stages = all.filter((stage) => stage.kind === kind).map((stage) => ({ ...stage, needs: [] }));
    await runStages(started.context, { stages, pipeline: all, ...more });
    return started;
  };
  const passTest = async () =>
    (await state()).ledger.tests.put('web', release.images['web']?.inputs as string, {
      commit: release.commit,
      at: '2026-01-01T00:00:00.000Z',
      who: 'carol',
    });
  const deploy = async () => {
    const { context } = await process();
    const environment = await context.environment('staging');
    return deployRelease(context, {
      environment,
      release,
      kind: 'deploy',
      stage: stageOf('deploy:staging', context),
    });
  };
  const BUILT = ['build:web', 'test:web', 'push'];

  beforeEach(async () => {
    web = new FakeTarget('web');
    repository = Repository.of({
      'automation-stack.yml': CONFIG,
      Dockerfile: 'FROM scratch\n',
      '.gitignore': '.automation-stack/\n',
    });
    const { context } = await process();
    const { tree, inputs } = await treeContent(context);
    const image = (await workingTreeInputs(context)).images['web'];
    release = {
      version: '0.2.0',
      application: 'shop',
      ...tree,
      images: {
        web: { repository: 'shop/web', digest: 'sha256:1', tags: [], inputs: image?.inputs as string },
      },
      inputs,
      createdAt: '2026-01-01T00:00:00.000Z',
      createdBy: 'carol',
      run: 'shop-6',
      runUrl: 'https://jenkins.example.com/job/shop/6/',
    };
  });
  afterEach(() => repository.remove());

  it('is nothing where the ledger knows nothing, or the tree is not what the commit says', async () => {
    expect(await done()).to.deep.equal([]);
    await (await state()).ledger.putRelease(release);
    repository.write({ 'more.txt': 'more' });
    expect(await done()).to.deep.equal([]);
  });

  it('is the build of its release; the push only where the test is known to have passed', async () => {
    await (await state()).ledger.putRelease(release);
    expect(await done()).to.deep.equal(['build:web']);
    await passTest();
    expect(await done()).to.deep.equal(BUILT);
  });

  it('tells by which run, where and when', async () => {
    await (await state()).ledger.putRelease(release);
    const { context } = await process();
    const found = await doneStages(context, { stages: await pipeline(context) });
    expect(found.get('build:web')).to.deep.equal({
      run: 'shop-6',
      url: 'https://jenkins.example.com/job/shop/6/',
      who: 'carol',
      at: '2026-01-01T00:00:00.000Z',
    });
  });

  describe('and has deployed', () => {
    beforeEach(async () => {
      await (await state()).ledger.putRelease(release);
      await passTest();
      await deploy();
    });

    it('counts while it is healthy and current', async () => {
      expect(await done()).to.deep.equal([...BUILT, 'deploy:staging']);
    });

    it('does not count for a commit of the same content that is configured otherwise', async () => {
      repository.commit('docs: say more', { 'docs/more.md': 'more', '.dockerignore': 'docs\n.git\n' });
      repository.commit('feat: configure', { 'automation-stack.yml': `${CONFIG}concurrency: 2\n` });
      expect(await done()).not.to.include('deploy:staging');
    });

    it('does not count once it was rolled back, also not where that failed', async () => {
      const { context } = await process();
      const { ledger } = await context.state();
      await ledger.putRelease({ ...release, version: '0.1.9', commit: 'x', inputs: 'y' });
      const environment = await context.environment('staging');
      await rollbackEnvironment(context, { environment, stage: stageOf('r', context), version: '0.1.9' });
      expect(await done()).to.deep.equal(BUILT);
      await rollbackEnvironment(context, { environment, stage: stageOf('r', context), version: '0.2.0' });
      expect(await done(), 'back again, by a rollback').to.deep.equal(BUILT);
    });

    it('does not count after a later attempt, whatever became of it', async () => {
      web.running = '0.1.0';
      web.failDeploy = crash();
      await rejection(
        deploy().then(() => undefined),
        'DEPLOY_ROLLED_BACK',
      );
      expect(await done()).to.deep.equal(BUILT);
    });

    it('does not count after its hosts or its infrastructure were changed', async () => {
      const { changes } = (await state()).ledger;
      await changes.start('staging', { kind: 'provision', who: 'x' });
      expect(await done()).to.deep.equal(BUILT);
    });

    it('is left out with a line, and what comes after is done', async () => {
      const started = await process();
      const all = await pipeline(started.context);
      const found = await doneStages(started.context, { stages: all });
      web.failDeploy = crash();
      await runStages(started.context, { stages: all, pipeline: all, done: found }).catch(() => undefined);
      const ends = started.events.flatMap((event) =>
        event.type === 'stage.end' ? [`${event.stage} ${event.status} ${event.reason ?? ''}`] : [],
      );
      expect(
        ends
          .slice(0, 4)
          .every(
            (line) =>
              / ok done already by https:\/\/jenkins/.test(line) || / ok done already by carol/.test(line),
          ),
        ends.join('\n'),
      ).to.equal(true);
      expect(ends[4]).to.contain('approve:production failed').and.to.contain('needs an approval');
    });

    it('is told by the first process of a run that is many, which leaves out nothing itself', async () => {
      const started = await process();
      const all = await pipeline(started.context);
      const found = await doneStages(started.context, { stages: all });
      const stages = all
        .filter(({ id }) => id === 'deploy:staging')
        .map((stage) => ({ ...stage, needs: [] }));
      await runStages(started.context, { stages, pipeline: all, doneElsewhere: found });
      const ends = started.events.flatMap((event) =>
        event.type === 'stage.end' ? [`${event.stage}: ${event.reason ?? ''}`] : [],
      );
      expect(ends.map((line) => line.split(': ')[0])).to.deep.equal([...BUILT, 'deploy:staging']);
      expect(ends.at(-1)).to.contain('already runs 0.2.0, healthy');
    });

    describe('an approval', () => {
      it('is not asked for again of the same commit, and lets the promotion pass by itself', async () => {
        await only('approve', { approvedBy: ['alice'] });
        expect(await done()).to.include('approve:production');
        await rejection(
          only('promote').then(() => undefined),
          'APPROVAL_REQUIRED',
        );
        const { context } = await only('promote', { resume: true });
        const { healthy } = await (await context.state()).ledger.current('production');
        expect(healthy).to.include({ version: '0.2.0', approvedBy: 'alice', run: 'shop-7' });
        expect(await done()).to.deep.equal([
          ...BUILT,
          'deploy:staging',
          'approve:production',
          'promote:production',
        ]);
      });

      it('is asked for again where whoever gave it starts the next run', async () => {
        await only('approve', { approvedBy: ['alice'] });
        expect(await done({ AUTOMATION_STACK_WHO: 'alice' })).not.to.include('approve:production');
      });

      it('is asked for again after a rollback, and where nothing else was approved', async () => {
        await only('approve', { approvedBy: ['alice'] });
        await only('promote', { resume: true });
        const { context } = await process();
        await (
          await context.state()
        ).ledger.putRelease({
          ...release,
          version: '0.1.9',
          commit: 'x',
          inputs: 'y',
        });
        const environment = await context.environment('production');
        await rollbackEnvironment(context, { environment, stage: stageOf('r', context), version: '0.1.9' });
        expect(await done()).to.deep.equal([...BUILT, 'deploy:staging']);
        await rejection(
          only('promote', { resume: true }).then(() => undefined),
          'APPROVAL_REQUIRED',
        );
      });
    });
  });
});
