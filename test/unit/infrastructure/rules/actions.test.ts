import { expect } from 'chai';
import { summarisePlan, type PlanJson } from '../../../../runner/src/infrastructure/rules/planSummary.js';

type Resource = NonNullable<PlanJson['resource_changes']>[number];
const one = (actions: readonly string[], more: Partial<Resource> = {}, change: object = {}): Resource => ({
  address: 'a.b',
  change: { actions, ...change },
  ...more,
});
const planned = (...resources: Resource[]) => summarisePlan({ resource_changes: resources }).resources;

describe('what a plan does to a resource', () => {
  it('is told by the actions of Terraform', () => {
    for (const [actions, action] of [
      [['create'], 'create'],
      [['delete', 'create'], 'replace'],
      [['create', 'delete'], 'replace'],
      [['delete'], 'destroy'],
      [['forget'], 'forget'],
      [['update'], 'change'],
    ] as const)
      expect(planned(one(actions))[0]?.action, actions.join()).to.equal(action);
    expect(planned(one(['no-op']), one(['read'], { mode: 'data' }))).to.deep.equal([]);
  });

  it('is an import or a move where nothing else is done', () => {
    expect(planned(one(['no-op'], {}, { importing: { id: 'x' } }))[0]?.action).to.equal('import');
    expect(planned(one(['no-op'], {}, { importing: null }))).to.deep.equal([]);
    expect(planned(one(['no-op'], { previous_address: 'a.c' }))[0]).to.include({
      action: 'move',
      movedFrom: 'a.c',
    });
    expect(planned(one(['no-op'], { previous_address: 'a.b' }))).to.deep.equal([]);
    expect(planned(one(['update'], { previous_address: 'a.c' }))[0]).to.include({
      action: 'change',
      movedFrom: 'a.c',
    });
    expect(planned(one(['update'], { previous_address: 'a.b' }))[0]).not.to.have.property('movedFrom');
    expect(planned(one(['update']))[0]).to.not.have.any.keys('movedFrom', 'reason', 'deposed', 'leavesOld');
  });

  it('has its reason, and what an earlier replacement left behind', () => {
    expect(
      planned(one(['delete', 'create'], { action_reason: 'replace_because_tainted' }))[0]?.reason,
    ).to.contain('tainted');
    expect(planned(one(['delete'], { deposed: 'd1' }))[0]?.deposed).to.equal('d1');
  });

  it('changes outputs as it makes, takes away or changes their values', () => {
    const output = (actions: readonly string[]) =>
      summarisePlan({ output_changes: { url: { actions, before: 'a', after: 'b' } } }).outputs[0]?.action;
    expect([['create'], ['delete'], ['update'], ['no-op'], []].map(output)).to.deep.equal([
      'create',
      'destroy',
      'change',
      undefined,
      undefined,
    ]);
  });

  it('is something where a resource or an output changes, or where Terraform says so', () => {
    const headline = (plan: PlanJson) => [summarisePlan(plan).hasChanges, summarisePlan(plan).headline];
    expect(headline({})).to.deep.equal([false, 'no changes']);
    expect(headline({ resource_changes: [one(['create'])] })).to.deep.equal([true, '1 to create']);
    expect(headline({ output_changes: { url: { actions: ['create'] } } })).to.deep.equal([
      true,
      'only outputs change',
    ]);
    expect(
      headline({ resource_changes: [one(['create'])], output_changes: { url: { actions: ['create'] } } })[1],
    ).to.equal('1 to create');
    expect(headline({ applyable: true })).to.deep.equal([true, 'only the state changes']);
    expect(headline({ applyable: false, resource_changes: [one(['no-op'])] })).to.deep.equal([
      false,
      'no changes; 1 unchanged',
    ]);
  });

  it('beside what was changed outside, and only that', () => {
    expect(
      summarisePlan({ resource_drift: [one(['update']), one(['no-op'], { address: 'a.c' })] }).drifted,
    ).to.deep.equal(['a.b']);
  });
});
