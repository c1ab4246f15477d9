import { expect } from 'chai';
import { plannedResources } from '../../../../runner/src/iam/rules/planned.js';
import type { ScopedPlanJson } from '../../../../runner/src/infrastructure/rules/planScope.js';

const changed = (address: string, change: object, more: object = {}) => ({
  ...{ address, mode: 'managed', type: 'aws_x', name: 'x' },
  ...more,
  change: { actions: ['update'], before: {}, after: {}, ...change },
});
const planned = (changes: readonly object[], scope?: readonly string[], root?: object) =>
  plannedResources(
    {
      resource_changes: changes,
      ...(root === undefined ? {} : { prior_state: { values: { root_module: root } } }),
    } as unknown as ScopedPlanJson,
    scope === undefined ? undefined : { name: 's', addresses: scope },
  );

describe('the resources of a plan', () => {
  it('may all change where no scope is named', () =>
    expect(planned([changed('aws_x.a', {})])).to.deep.equal([
      { type: 'aws_x', mode: 'managed', mayChange: true, values: {}, unknown: [] },
    ]));

  it('may change where one of the addresses of the scope has them', () => {
    const changes = ['module.a.aws_x.a', 'module.b.aws_x.b', 'module.c.aws_x.c'].map((one) =>
      changed(one, {}),
    );
    expect(planned(changes, ['module.a', 'module.b']).map(({ mayChange }) => mayChange)).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('have no change where they are data that is read while it is applied', () =>
    expect(planned([changed('data.aws_x.a', { actions: ['read'] }, { mode: 'data' })])[0]).to.include({
      mode: 'data',
      mayChange: false,
    }));

  it('have what is after before what was, and what was where it is gone', () => {
    const [one] = planned([
      changed('aws_x.a', { before: { a: 1, b: 2, c: 3 }, after: { a: 4, b: null, d: null } }),
    ]);
    expect(one?.values).to.deep.equal({ a: 4, b: 2, c: 3 });
    const [gone] = planned([changed('aws_x.a', { actions: ['delete'], before: { a: 1 }, after: null })]);
    expect(gone?.values).to.deep.equal({ a: 1 });
  });

  it('leave open what only the apply will tell of what it makes', () => {
    const unknown = { a: true, b: [true], c: false };
    const [made] = planned([
      changed('aws_x.a', {
        actions: ['delete', 'create'],
        before: { a: 1, b: 2 },
        after: { b: 3 },
        after_unknown: unknown,
      }),
    ]);
    expect(made).to.deep.include({ unknown: ['a'], values: { b: 3 } });
    const [kept] = planned([changed('aws_x.a', { before: { a: 1 }, after: {}, after_unknown: unknown })]);
    expect(kept).to.deep.include({ unknown: [], values: { a: 1 } });
  });

  it('include the data sources of the modules that it visits, and those of the scope', () => {
    const data = (address: string, type: string) => ({ address, mode: 'data', type, values: { id: type } });
    const root = {
      resources: [data('data.aws_r.x', 'aws_r'), { address: 'aws_m.x', mode: 'managed', type: 'aws_m' }],
      child_modules: [
        {
          resources: [data('module.a["k"].data.aws_a.x', 'aws_a')],
          child_modules: [{ resources: [data('module.a["k"].module.i.data.aws_i.x', 'aws_i')] }],
        },
        { resources: [{ address: 'module.b.data.aws_b.x', mode: 'data', type: 'aws_b' }] },
        {},
      ],
    };
    const types = (changes: readonly object[], scope: readonly string[]) =>
      planned(changes, scope, root)
        .filter(({ mode }) => mode === 'data')
        .map(({ type }) => type);
    expect(types([changed('module.a["k"].aws_x.y', {})], ['module.z'])).to.deep.equal(['aws_a']);
    expect(types([changed('module.a["k"].module.i.aws_x.y', {})], ['module.z'])).to.deep.equal(['aws_i']);
    expect(types([changed('aws_x.y', {})], ['module.b'])).to.deep.equal(['aws_r', 'aws_b']);
    const read = planned([changed('aws_x.y', {})], ['module.b'], root);
    expect(read[1]).to.deep.equal({ type: 'aws_r', mode: 'data', mayChange: false, values: { id: 'aws_r' } });
    expect(read[2]?.values).to.deep.equal({});
  });

  it('are none of an empty plan', () => {
    expect(plannedResources({})).to.deep.equal([]);
    expect(plannedResources({ prior_state: {} })).to.deep.equal([]);
    expect(plannedResources({ prior_state: { values: {} } })).to.deep.equal([]);
  });
});
