import { expect } from 'chai';
import { summarisePlan, type PlanJson } from '../../../../runner/src/infrastructure/rules/planSummary.js';
import {
  changesOutside,
  movedOutside,
  scopeNote,
  summaryOfScope,
  unmatchedAddresses,
  warningsWorthTelling,
} from '../../../../runner/src/infrastructure/rules/planScope.js';

const scope = (...addresses: string[]) => ({ name: 'app', addresses });
type Change = NonNullable<PlanJson['resource_changes']>[number];
const change = (address: string, actions: readonly string[], more: Partial<Change> = {}): Change => ({
  address,
  mode: 'managed',
  change: { actions, ...more.change },
  ...more,
});
const plan = (...changes: Change[]): PlanJson => ({ resource_changes: changes });
const outside = (json: PlanJson, ...addresses: string[]) =>
  changesOutside(json, scope(...addresses)).map(({ address, what }) => `${address}: ${what}`);

describe('a plan of a scope', () => {
  it('may change what its addresses name, every instance and every module in them', () => {
    const json = plan(
      change('aws_ecs_service.web["blue"]', ['update']),
      change('module.app[0].module.web.aws_lb.main', ['create']),
      change('module.app[1].aws_eip.one[3]', ['delete', 'create']),
    );
    expect(outside(json, 'aws_ecs_service.web', 'module.app')).to.deep.equal([]);
  });

  it('may change no instance or module beside the one that it names', () => {
    const json = plan(
      change('aws_ecs_service.web["blue"]', ['update']),
      change('aws_ecs_service.web["green"]', ['update']),
      change('module.app["b"].aws_lb.main', ['delete']),
      change('module.application.aws_lb.main', ['delete', 'create']),
      change('aws_ecs_service.webs', ['create']),
    );
    expect(outside(json, 'aws_ecs_service.web["blue"]', 'module.app["a"]')).to.deep.equal([
      'aws_ecs_service.web["green"]: update',
      'module.app["b"].aws_lb.main: delete',
      'module.application.aws_lb.main: delete and create',
      'aws_ecs_service.webs: create',
    ]);
  });

  it('may read what the scope depends on', () => {
    const json = plan(
      change('aws_vpc.main', ['no-op']),
      change('data.aws_ami.base', ['read'], { mode: 'data' }),
    );
    expect(outside(json, 'module.app')).to.deep.equal([]);
  });

  it('may neither move, import nor forget what is elsewhere', () => {
    const json = plan(
      change('aws_vpc.new', ['no-op'], { previous_address: 'aws_vpc.old' }),
      change('module.app.aws_lb.main', ['no-op'], { previous_address: 'aws_lb.main' }),
      change('aws_eip.one', ['no-op'], { change: { actions: ['no-op'], importing: { id: 'x' } } }),
      change('aws_eip.two', ['forget']),
      change('module.app.aws_eip.two', ['no-op'], { previous_address: 'module.app.aws_eip.one' }),
    );
    expect(outside(json, 'module.app')).to.deep.equal([
      'aws_vpc.new: moved from aws_vpc.old',
      'module.app.aws_lb.main: moved from aws_lb.main',
      'aws_eip.one: import',
      'aws_eip.two: forget',
    ]);
  });

  it('says of itself that it is not the whole', () => {
    const summary = summaryOfScope(
      summarisePlan(plan(change('module.app.x.y', ['create']))),
      scope('module.app'),
    );
    expect(summary.headline).to.equal('1 to create; scope app: the rest of the root was not checked');
    expect(summary.scope).to.deep.equal(scope('module.app'));
    expect(scopeNote(scope())).to.contain('not checked');
    expect(summaryOfScope(summarisePlan(plan()), undefined)).not.to.have.property('scope');
  });

  it('tells no warning of Terraform that its own words replace, and every other', () => {
    const warnings = [
      'Resource targeting is in effect',
      'Applied changes may be incomplete',
      'Old argument',
    ].map((summary) => ({ severity: 'warning' as const, summary, detail: '' }));
    expect(warningsWorthTelling(warnings, scope()).map(({ summary }) => summary)).to.deep.equal([
      'Old argument',
    ]);
    expect(warningsWorthTelling(warnings, undefined)).to.have.length(3);
  });

  it('reads from Terraform’s refusal what moved outside of it', () => {
    const detail = 'Add:\n  -target="aws_vpc.old"\n  -target="aws_vpc.new[\\"a\\"]"\n\nNote';
    const moved = {
      severity: 'error' as const,
      summary: 'Moved resource instances excluded by targeting',
      detail,
    };
    expect(movedOutside([moved])).to.deep.equal(['aws_vpc.old', 'aws_vpc.new["a"]']);
    expect(movedOutside([{ ...moved, summary: 'Invalid index' }])).to.equal(undefined);
  });
});

describe('an address of a scope', () => {
  const json = {
    ...plan(change('module.app["a"].aws_lb.main', ['no-op'])),
    configuration: {
      root_module: {
        resources: [{ address: 'aws_ecs_service.web' }, { address: 'data.aws_ami.base' }],
        module_calls: {
          app: { module: { resources: [{ address: 'aws_lb.main' }], module_calls: { web: { module: {} } } } },
        },
      },
    },
    prior_state: {
      values: {
        root_module: {
          resources: [{ address: 'aws_vpc.gone' }],
          child_modules: [{ resources: [{ address: 'module.old[0].aws_eip.one' }] }],
        },
      },
    },
  };
  const unmatched = (...addresses: string[]) => unmatchedAddresses(json, scope(...addresses));

  for (const address of [
    'aws_ecs_service.web',
    'data.aws_ami.base',
    'module.app',
    'module.app.module.web',
    'module.app.aws_lb.main',
    'module.app["a"]',
    'module.old',
    'module.old[0].aws_eip.one',
    'aws_vpc.gone',
  ]) {
    it(`is there where the configuration or the state has it: ${address}`, () => {
      expect(unmatched(address)).to.deep.equal([]);
    });
  }

  it('is named with the nearest where nothing has it', () => {
    expect(unmatched('module.ap', 'aws_ecs_service.wbe', 'aws_sqs_queue.jobs')).to.deep.equal([
      'module.ap (did you mean module.app?)',
      'aws_ecs_service.wbe (did you mean aws_ecs_service.web?)',
      'aws_sqs_queue.jobs',
    ]);
  });

  it('with a key needs that instance', () => {
    expect(unmatched('module.app["b"]', 'aws_ecs_service.web[0]')).to.deep.equal([
      'module.app["b"] (there is module.app, module.app.aws_lb.main, module.app.module.web, module.app["a"].aws_lb.main)',
      'aws_ecs_service.web[0] (there is aws_ecs_service.web)',
    ]);
  });
});
