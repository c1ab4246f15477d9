import { expect } from 'chai';
import { summarisePlan, type PlanJson } from '../../../../runner/src/infrastructure/rules/planSummary.js';
import { sensitiveTexts } from '../../../../runner/src/infrastructure/rules/sensitive.js';
import { planText } from '../../../../runner/src/infrastructure/rules/planText.js';

type Change = NonNullable<PlanJson['resource_changes']>[number]['change'];
const plan = (
  changes: Readonly<Record<string, Partial<Change> & { reason?: string; previous?: string; mode?: string }>>,
  rest: Partial<PlanJson> = {},
): PlanJson => ({
  resource_changes: Object.entries(changes).map(([address, { reason, previous, mode, ...change }]) => ({
    address,
    mode: mode ?? 'managed',
    ...(previous === undefined ? {} : { previous_address: previous }),
    ...(reason === undefined ? {} : { action_reason: reason }),
    change: { actions: ['no-op'], ...change },
  })),
  ...rest,
});

describe('the summary of a plan', () => {
  it('sorts every kind of change', () => {
    const summary = summarisePlan(
      plan({
        'a.created': { actions: ['create'] },
        'a.changed': { actions: ['update'] },
        'a.replaced': { actions: ['delete', 'create'] },
        'a.replaced_first': { actions: ['create', 'delete'] },
        'a.gone': { actions: ['delete'], reason: 'delete_because_no_resource_config' },
        'a.forgotten': { actions: ['forget'] },
        'a.moved': { previous: 'a.before' },
        'a.imported': { importing: { id: 'x' } },
        'a.same': {},
        'data.a.read': { actions: ['read'], mode: 'data' },
      }),
    );
    expect(summary.resources.map(({ action }) => action)).to.deep.equal([
      'create',
      'change',
      'replace',
      'replace',
      'destroy',
      'forget',
      'move',
      'import',
    ]);
    expect(summary.headline).to.equal(
      '1 to create, 1 to change, 2 to replace, 1 to destroy, 1 to import, 1 to move, 1 to forget; 1 unchanged',
    );
  });

  it('names the attribute that forces a replacement, and why Terraform says so', () => {
    const text = planText(
      summarisePlan(
        plan({
          'aws_db.main': {
            actions: ['delete', 'create'],
            before: { engine: 'mysql', id: 'db-1', tags: { Name: 'a' } },
            after: { engine: 'postgres', tags: { Name: 'b' } },
            after_unknown: { id: true, arn: true },
            replace_paths: [['engine']],
            reason: 'replace_because_cannot_update',
          },
          'aws_key.k': {
            actions: ['delete', 'create'],
            before: {},
            after: {},
            reason: 'replace_because_tainted',
          },
        }),
      ),
    );
    expect(text.split('\n')).to.deep.equal([
      '2 to replace',
      '',
      '-/+ aws_db.main',
      '      engine: "mysql" → "postgres"  # forces replacement',
      '      tags.Name: "a" → "b"',
      '      and 2 more (known after apply)',
      '-/+ aws_key.k  (tainted: it was not created completely)',
    ]);
  });

  it('masks what is sensitive on either side, also deep inside', () => {
    const summary = summarisePlan(
      plan(
        {
          'a.b': {
            actions: ['update'],
            before: { password: 'old', settings: { token: 't1', name: 'x' }, list: ['s1'] },
            after: { password: 'new', settings: { token: 't2', name: 'y' }, list: ['s2'] },
            before_sensitive: { password: true, settings: { token: true }, list: [true] },
            after_sensitive: { password: true, settings: { token: true }, list: [true] },
          },
        },
        {
          output_changes: {
            key: {
              actions: ['update'],
              before: 'k1',
              after: 'k2',
              before_sensitive: true,
              after_sensitive: true,
            },
          },
        },
      ),
    );
    const text = planText(summary);
    expect(text).to.contain('password: (sensitive) → (sensitive)');
    expect(text).to.contain('settings.token: (sensitive) → (sensitive)');
    expect(text).to.contain('settings.name: "x" → "y"');
    expect(text).to.contain('list: [(sensitive)] → [(sensitive)]');
    expect(text).to.contain('~ key: (sensitive) → (sensitive)');
    expect(text).not.to.match(/old|new|t1|t2|s1|s2|k1|k2/);
  });

  it('finds every sensitive text, so that copies without a mark are masked too', () => {
    const found = sensitiveTexts(
      plan(
        {
          'a.b': {
            actions: ['update'],
            before: { input: { secret: 'one', port: 22 } },
            before_sensitive: { input: { secret: true } },
            after: { all: { deep: ['two'] }, plain: 'three' },
            after_sensitive: { all: true },
          },
        },
        { output_changes: { o: { actions: ['create'], after: 'four', after_sensitive: true } } },
      ),
    );
    expect(found).to.have.members(['one', 'two', 'four']);
  });

  it('finds sensitive texts that no change holds: variables, data sources, outputs and modules', () => {
    const resource = {
      values: { a: 'data', b: 'plain', pin: 123456, port: 443 },
      sensitive_values: { a: true, pin: true, port: true },
    };
    const found = sensitiveTexts({
      variables: { password: { value: 'variable' }, size: { value: 'small' } },
      configuration: { root_module: { variables: { password: { sensitive: true }, size: {} } } },
      prior_state: {
        values: {
          outputs: { key: { sensitive: true, value: { deep: 'output' } }, url: { value: 'public' } },
          root_module: { child_modules: [{ child_modules: [{ resources: [resource] }] }] },
        },
      },
      planned_values: {
        root_module: { resources: [{ values: { c: 'planned' }, sensitive_values: { c: true } }] },
      },
    } as PlanJson);
    expect(found).to.have.members(['variable', 'data', '123456', 'output', 'planned']);
  });

  it('shows what is only known after the apply', () => {
    const { resources } = summarisePlan(
      plan({
        'a.b': {
          actions: ['update'],
          before: { ip: '10.0.0.1', tags: { a: '1' }, list: [{ id: 'x', n: 1 }] },
          after: { tags: {}, list: [{ n: 2 }] },
          after_unknown: { ip: true, tags: { a: true }, list: [{ id: true }] },
        },
      }),
    );
    expect(
      resources[0]?.changes.map(({ path, before, after }) => `${path} ${before} ${after}`),
    ).to.deep.equal([
      'ip "10.0.0.1" (known after apply)',
      'tags.a "1" (known after apply)',
      'list[0].id "x" (known after apply)',
      'list[0].n 1 2',
    ]);
  });

  it('looks into JSON documents, such as policies', () => {
    const policy = (action: string) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action: action }] });
    const { resources } = summarisePlan(
      plan({
        'aws_policy.p': {
          actions: ['update'],
          before: { policy: policy('s3:Get*') },
          after: { policy: policy('s3:*') },
        },
      }),
    );
    expect(resources[0]?.changes).to.deep.equal([
      {
        path: 'policy.Statement[0].Action',
        before: '"s3:Get*"',
        after: '"s3:*"',
        unknown: false,
        forcesReplacement: false,
      },
    ]);
  });

  it('takes an attribute that is left out for null', () => {
    const { resources } = summarisePlan(
      plan({ 'a.b': { actions: ['update'], before: { a: null, b: 1 }, after: { b: 2 } } }),
    );
    expect(resources[0]?.changes.map(({ path }) => path)).to.deep.equal(['b']);
  });

  it('cuts long values, and quotes odd keys', () => {
    const { resources } = summarisePlan(
      plan({
        'a.b': {
          actions: ['update'],
          before: { tags: { 'a b': 'x' } },
          after: { tags: { 'a b': 'y'.repeat(500) } },
        },
      }),
    );
    const [change] = resources[0]?.changes ?? [];
    expect(change?.path).to.equal('tags["a b"]');
    expect(change?.after).to.have.length(100).and.to.match(/…$/);
  });

  it('tells drift, and an empty plan as what it is', () => {
    const drifted = summarisePlan(
      plan(
        { 'a.b': {} },
        { resource_drift: [{ address: 'a.b', change: { actions: ['update'] } }], applyable: false },
      ),
    );
    expect(planText(drifted)).to.equal(
      'no changes; 1 unchanged\n\nChanged outside of Terraform since the last apply: a.b',
    );
    expect(summarisePlan({}).hasChanges).to.equal(false);
    const onlyOutputs = summarisePlan({
      output_changes: { o: { actions: ['create'], after: 1 } },
      applyable: true,
    });
    expect(onlyOutputs.headline).to.equal('only outputs change');
  });
});
