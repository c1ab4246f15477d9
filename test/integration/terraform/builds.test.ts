import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineInput } from '../../../runner/src/pipeline/rules/pipelineInput.js';
import { pipelineOf } from '../../../runner/src/pipeline/rules/stageGraph.js';
import { doneStages } from '../../../runner/src/pipeline/resume.js';
import { runStages } from '../../../runner/src/pipeline/run.js';
import { openDeployment, type Deployment } from '../../support/deployment.js';
import { Repository } from '../../support/repository.js';
import { rejection } from '../../support/rejection.js';

const CONFIG = `application: shop
branches: { main: production }
environments:
  staging: { infrastructure: { workspace: staging } }
  production:
    extends: staging
    infrastructure: { workspace: production }
    promotion: { from: staging, approval: required }
`;
const ROOT = (input = 1) =>
  `resource "terraform_data" "thing" { input = ${input} }\noutput "thing" { value = terraform_data.thing.output }\n`;

describe('builds that share an environment', function () {
  this.timeout(60_000);
  let repository: Repository;
  let ledger: string;

  /** A process of a build: they share a workspace and the ledger, as an agent's do. */
  const build = (run: string, env: Readonly<Record<string, string>> = {}): Promise<Deployment> =>
    openDeployment(repository.directory, {
      AUTOMATION_STACK_RUN: run,
      AUTOMATION_STACK_WHO: 'carol',
      BUILD_TAG: run,
      BUILD_URL: `https://jenkins.example.com/job/${run}/`,
      ...env,
    });
  /** As Jenkins runs a stage: the stage alone, in a process of its own. */
  const run = async (name: string, kinds: readonly string[], more: object = {}) => {
    const process = await build(name);
    const pipeline = pipelineOf(pipelineInput(await process.context.config()), 'main').stages;
    const chosen = pipeline.filter(({ kind }) => kinds.includes(kind));
    const ids = new Set(chosen.map(({ id }) => id));
    const stages = chosen.map((stage) => ({ ...stage, needs: stage.needs.filter((need) => ids.has(need)) }));
    await runStages(process.context, { stages, pipeline, ...more });
    return process;
  };
  const digestOf = (process: Deployment) =>
    process.events.flatMap((event) => (event.type === 'stage.plan' ? [event.digest ?? ''] : []))[0] as string;
  const plans = (name: string) => join(repository.directory, '.automation-stack/plans', name);
  const done = async (name = 'again') => {
    const { context } = await build(name);
    const pipeline = pipelineOf(pipelineInput(await context.config()), 'main');
    return [...(await doneStages(context, pipeline)).keys()];
  };
  const delivered = async (name: string) => {
    const planned = await run(name, ['plan']);
    return run(name, ['approve', 'apply'], { approvedBy: ['alice'], approvedPlan: digestOf(planned) });
  };

  beforeEach(() => {
    repository = Repository.empty();
    ledger = `${repository.directory}-ledger`;
    repository.commit('feat: begin', {
      'automation-stack.yml': `${CONFIG}state: { location: ${ledger} }\n`,
      'terraform/main.tf': ROOT(),
      '.gitignore': '.automation-stack/\n.terraform/\n.terraform.lock.hcl\nterraform.tfstate*\n',
    });
  });
  afterEach(() => repository.remove());

  it('keep a plan each in the workspace, wherever the ledger is, and leave none behind', async () => {
    await run('build-1', ['plan']);
    await run('build-2', ['plan']);
    expect(readdirSync(plans('build-1'))).to.include('production.tfplan');
    expect(readdirSync(plans('build-2'))).to.include('production.tfplan');
    await run('build-1', ['approve', 'apply'], { approvedBy: ['alice'] });
    expect(existsSync(plans('build-1'))).to.equal(false);
    expect(existsSync(plans('build-2'))).to.equal(true);
  });

  it('show which plan waits, apply that one, and refuse another', async () => {
    const planned = await run('build-1', ['plan']);
    const digest = digestOf(planned);
    const reason = planned.events.flatMap((event) => (event.type === 'stage.end' ? [event.reason] : []))[0];
    expect(reason).to.contain(`(plan ${digest.slice(0, 12)})`);
    const another = { approvedBy: ['alice'], approvedPlan: 'a'.repeat(32) };
    const error = await rejection(
      run('build-1', ['approve', 'apply'], another).then(() => undefined),
      'PLAN_STALE',
    );
    expect(error.message)
      .to.contain(digest.slice(0, 12))
      .and.to.contain('aaaaaaaaaaaa of production was approved');
    const approved = { approvedBy: ['alice'], approvedPlan: digest };
    const { context } = await run('build-1', ['approve', 'apply'], approved);
    const { ledger: records } = await context.state();
    for await (const change of records.changes.newest('production')) {
      expect(change).to.include({ kind: 'apply', status: 'ok', plan: digest, run: 'build-1' });
      break;
    }
    for await (const approval of records.approvals.newest('production')) {
      expect(approval).to.deep.include({ plan: digest, approvedBy: ['alice'], startedBy: 'carol' });
      break;
    }
  });

  it('are told in plain words where another one was faster', async () => {
    const first = digestOf(await run('build-1', ['plan']));
    await delivered('build-2');
    const approved = { approvedBy: ['alice'], approvedPlan: first };
    const error = await rejection(run('build-1', ['approve', 'apply'], approved), 'PLAN_STALE');
    expect(error.message).to.contain('another build has applied production since it was made');
    expect(error.message).to.contain('https://jenkins.example.com/job/build-2/');
    expect(error.next).to.contain('Run the build again');
  });

  it('sweep plans that nobody can be waiting for any more', async () => {
    const old = new Date(Date.now() - 30 * 86_400_000);
    for (const name of ['abandoned', 'waiting']) {
      mkdirSync(plans(name), { recursive: true });
      writeFileSync(join(plans(name), 'production.tfplan'), 'secrets');
    }
    writeFileSync(plans('production.tfplan'), 'of an older runner');
    utimesSync(plans('abandoned'), old, old);
    utimesSync(plans('production.tfplan'), old, old);
    await run('build-1', ['plan']);
    expect(readdirSync(plans('.')).sort()).to.deep.equal(['.gitignore', 'build-1', 'waiting']);
  });

  describe('of the same commit', () => {
    it('take what is proved to be done, and nothing before anything is', async () => {
      expect(await done()).to.deep.equal([]);
      await delivered('build-1');
      expect(await done()).to.deep.equal(['plan:production', 'approve:production', 'apply:production']);
    });

    it('ask again where another plan was approved than was applied', async () => {
      await delivered('build-1');
      const { context } = await build('build-1');
      const records = (await context.state()).ledger.approvals;
      const { commit } = await context.git.workingTree();
      const draft = { commit, authors: [], startedBy: 'x', approvedBy: ['y'], plan: 'another' };
      await records.add('production', draft);
      expect(await done()).to.deep.equal(['plan:production']);
    });

    it('do all again after another commit, a change beside the commit, drift, or a failure', async () => {
      await delivered('build-1');
      const all = await done();
      expect(all).to.have.length(3);
      repository.write({ 'terraform/main.tf': ROOT(2) });
      expect(await done(), 'uncommitted').to.deep.equal([]);
      repository.commit('feat: two');
      expect(await done(), 'another commit').to.deep.equal([]);
      repository.git('reset', '--quiet', '--hard', 'HEAD~1');
      expect(await done()).to.deep.equal(all);
      repository.write({ 'terraform/terraform.tfvars': 'a = 1\n' });
      repository.write({ '.git/info/exclude': '*.tfvars\n' });
      expect(await done(), 'values that git does not hold').to.deep.equal([]);
    });

    it('do again what was destroyed, or is being applied', async () => {
      await delivered('build-1');
      const { context } = await build('build-2');
      const { changes } = (await context.state()).ledger;
      const started = await changes.start('production', { kind: 'apply', who: 'x' });
      expect(await done()).to.deep.equal([]);
      await changes.finish('production', started, 'failed');
      expect(await done()).to.deep.equal([]);
    });

    it('do not take what drift was found of since', async () => {
      await delivered('build-1');
      const { context } = await build('drift');
      const { writeDrift } = await import('../../../runner/src/state/driftRecords.js');
      const found = { checkedAt: new Date().toISOString(), who: 'x', drifted: 1, headline: 'drifted' };
      await writeDrift(await context.store(), 'production', found);
      expect(await done()).to.deep.equal([]);
    });
  });
});
