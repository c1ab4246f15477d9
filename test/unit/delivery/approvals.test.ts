import { expect } from 'chai';
import type { Context } from '../../../runner/src/context/context.js';
import { pipelineInput } from '../../../runner/src/pipeline/rules/pipelineInput.js';
import { pipelineOf } from '../../../runner/src/pipeline/rules/stageGraph.js';
import { approvalTerms } from '../../../runner/src/delivery/approvals.js';
import { promoteRelease } from '../../../runner/src/delivery/promote.js';
import { runStages } from '../../../runner/src/pipeline/run.js';
import { openDeployment, type Deployment } from '../../support/deployment.js';
import { FakeTarget } from '../../support/fakeTarget.js';
import { rejection } from '../../support/rejection.js';
import { Repository } from '../../support/repository.js';
import { stageOf } from '../../support/stage.js';

const CONFIG = (approval: string, more = '') => `application: shop
branches: { main: production }
images: { web: { repository: shop/web } }
environments:
  staging: { targets: { web: { kind: fleet, group: web, image: web } } }
  production: { extends: staging, promotion: { from: staging, approval: ${approval} } }
${more}`;

describe('an approval', () => {
  let place: Deployment;
  let context: Context;
  let repository: Repository;
  const commitAs = (author: string, message: string, files: Readonly<Record<string, string>>) => {
    repository.write(files);
    repository.git('add', '--all');
    repository.git('commit', '--quiet', `--author=${author}`, '--message', message);
  };
  const begin = async (approval: string, more = '', env: Record<string, string> = {}) => {
    repository = Repository.empty();
    commitAs('Ann Lee <ann.lee@example.com>', 'feat: begin', {
      'automation-stack.yml': CONFIG(approval, more),
      Dockerfile: 'FROM scratch\n',
      '.gitignore': '.automation-stack/\n',
    });
    place = await openDeployment(repository.directory, { AUTOMATION_STACK_WHO: 'carol', ...env });
    context = { ...place.context, targets: async () => [new FakeTarget('web')] };
  };
  const approve = async (...approvedBy: readonly string[]) => {
    const pipeline = pipelineOf(pipelineInput(await context.config()), 'main').stages;
    const stages = pipeline
      .filter(({ kind }) => kind === 'approve')
      .map((stage) => ({ ...stage, needs: [] }));
    return runStages(context, { stages, pipeline, approvedBy });
  };
  const recorded = async () => {
    const { ledger } = await context.state();
    for await (const approval of ledger.approvals.newest('production')) return approval;
    return undefined;
  };
  afterEach(() => repository.remove());

  it('is recorded with who wrote it, who started it and all who approved', async () => {
    await begin('{ not: [author, starter], count: 2 }');
    await approve('bob', 'dave');
    expect(await recorded()).to.deep.include({
      number: 1,
      commit: (await context.git.workingTree()).commit,
      authors: ['Ann Lee <ann.lee@example.com>'],
      startedBy: 'carol',
      approvedBy: ['bob', 'dave'],
    });
  });

  it('is refused of an author and of who started it, with a reason, and recorded of neither', async () => {
    await begin('{ not: [author, starter] }');
    const author = await rejection(approve('ann.lee'), 'APPROVAL_NOT_ALLOWED');
    expect(author.message).to.equal(
      'ann.lee may not approve production, as Ann Lee <ann.lee@example.com> is an author of it',
    );
    expect(author.category).to.equal('approval');
    const starter = await rejection(approve('dave', 'Carol'), 'APPROVAL_NOT_ALLOWED');
    expect(starter.message).to.contain('as carol started it');
    expect(await recorded()).to.equal(undefined);
  });

  it('is not enough where one person gives it twice', async () => {
    await begin('{ count: 2 }');
    const error = await rejection(approve('bob', 'BOB'), 'APPROVAL_REQUIRED');
    expect(error.message).to.contain('needs the approvals of 2 people, and has 1: bob');
  });

  it('is not given by whoever has had a part in anything that is new there', async () => {
    await begin('{ not: [author] }');
    const { ledger } = await context.state();
    const { commit } = await context.git.workingTree();
    const record = {
      environment: 'production',
      kind: 'promote',
      version: '0.1.0',
      who: 'x',
      commit,
    } as const;
    await ledger.finishDeployment({ ...(await ledger.startDeployment(record)), status: 'healthy' });
    commitAs('Bob <bob@example.com>', 'feat: a\n\nCo-authored-by: Dave <dave@example.com>', { a: 'a' });
    commitAs('Eve <eve@example.com>', 'feat: b', { b: 'b' });
    context.git.lookAgain();
    for (const name of ['bob', 'dave', 'eve']) await rejection(approve(name), 'APPROVAL_NOT_ALLOWED');
    await approve('ann.lee@example.com');
    expect((await recorded())?.authors).to.have.length(3);
  });

  it('says what cannot be known', async () => {
    await begin('{ not: [author, starter] }', '', { AUTOMATION_STACK_WHO: 'jenkins' });
    await approve('dave');
    const said = place.events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
    expect(said.join('\n'))
      .to.contain('no person started this build')
      .and.to.contain('the git names of dave');
    expect(said.join('\n')).to.contain('only the author of');
  });

  it('says before anybody is asked who may not', async () => {
    await begin('{ not: [author, starter], count: 2 }', 'people: { al1: [ann.lee@example.com] }\n');
    const terms = await approvalTerms(context, await context.environment('production'));
    expect(terms.count).to.equal(2);
    expect(terms.who).to.deep.equal(['Ann Lee <ann.lee@example.com> (author)', 'carol (starter)']);
    expect(terms.not).to.deep.equal(['al1', 'ann lee', 'ann.lee', 'ann.lee@example.com', 'carol']);
  });

  it('is held to the same where a promotion is typed', async () => {
    await begin('{ not: [starter] }');
    const environment = await context.environment('production');
    const promotion = { environment, stage: stageOf('promote:production'), approvedBy: ['carol'] };
    await rejection(promoteRelease(context, promotion), 'APPROVAL_NOT_ALLOWED');
    await rejection(promoteRelease(context, { ...promotion, approvedBy: [] }), 'APPROVAL_REQUIRED');
  });
});
