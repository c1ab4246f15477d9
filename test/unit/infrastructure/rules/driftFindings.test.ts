import { expect } from 'chai';
import { driftLines, driftOf, driftText } from '../../../../runner/src/infrastructure/rules/driftFindings.js';
import type { PlanJson } from '../../../../runner/src/infrastructure/rules/planSummary.js';

type Change = NonNullable<PlanJson['resource_changes']>[number];

const change = (address: string, actions: readonly string[], before?: unknown, after?: unknown): Change => ({
  address,
  mode: 'managed',
  change: { actions, before, after },
});
const noop = (address: string) => change(address, ['no-op'], {}, {});

describe('drift', () => {
  it('is none where an apply would do nothing', () => {
    const drift = driftOf({ resource_changes: [noop('aws_vpc.main'), noop('aws_lb.main')] });
    expect(drift).to.include({ drifted: 0, headline: 'has not drifted; 2 unchanged' });
    expect(driftText('staging', drift)).to.equal('staging has not drifted; 2 unchanged');
  });

  it('tells what was changed outside from what was never applied', () => {
    const drift = driftOf({
      resource_drift: [
        change('aws_security_group.web', ['update'], { cidr: '10.0.0.0/8' }, { cidr: '0.0.0.0/0' }),
      ],
      resource_changes: [
        change('aws_security_group.web', ['update'], { cidr: '0.0.0.0/0' }, { cidr: '10.0.0.0/8' }),
        change('aws_s3_bucket.logs', ['create'], null, { bucket: 'logs' }),
        noop('aws_vpc.main'),
      ],
    });
    expect(drift.headline).to.equal(
      'has drifted: 1 changed outside of Terraform (aws_security_group.web), 1 not applied yet (aws_s3_bucket.logs); 1 unchanged',
    );
    expect(drift.changes.map(({ address, action, cause }) => [address, action, cause])).to.deep.equal([
      ['aws_security_group.web', 'change', 'outside'],
      ['aws_s3_bucket.logs', 'create', 'configuration'],
    ]);
  });

  it('names the first few where much has drifted', () => {
    const addresses = ['a.a', 'b.b', 'c.c', 'd.d', 'e.e'];
    const drift = driftOf({
      resource_changes: addresses.map((address) => change(address, ['create'], null, { name: address })),
    });
    expect(drift.headline).to.equal('has drifted: 5 not applied yet (a.a, b.b, c.c and 2 more)');
  });

  it('shows what somebody did, not what an apply would undo', () => {
    const drift = driftOf({
      resource_drift: [
        change('aws_security_group.web', ['update'], { cidr: 'in', seen: 1 }, { cidr: 'out', seen: 2 }),
      ],
      resource_changes: [
        change('aws_security_group.web', ['update'], { cidr: 'out', seen: 2 }, { cidr: 'in', seen: 2 }),
      ],
    });
    expect(drift.changes[0]?.changes.map(({ path, before, after }) => [path, before, after])).to.deep.equal([
      ['cidr', '"in"', '"out"'],
    ]);
  });

  it('names what was deleted outside, which an apply would create', () => {
    const drift = driftOf({
      resource_drift: [change('aws_instance.web', ['delete'], { ami: 'ami-1' }, null)],
      resource_changes: [change('aws_instance.web', ['create'], null, { ami: 'ami-1' })],
    });
    expect(drift.changes[0]).to.include({ cause: 'outside', happened: 'destroy', action: 'create' });
    expect(driftLines(drift)).to.deep.equal(['aws_instance.web: deleted outside (apply: create)']);
    expect(driftText('staging', drift)).to.contain(
      '  - aws_instance.web  (deleted; an apply would create it)',
    );
  });

  it('is not what was changed outside and an apply would leave so', () => {
    const drift = driftOf({
      resource_drift: [change('aws_ecs_service.web', ['update'], { desired_count: 2 }, { desired_count: 5 })],
      resource_changes: [noop('aws_ecs_service.web')],
    });
    expect(drift).to.deep.include({ drifted: 0, leftAlone: ['aws_ecs_service.web'] });
    expect(driftText('staging', drift)).to.contain('(no drift): aws_ecs_service.web');
  });

  describe('of what the delivery owns', () => {
    // As the AWS provider's plans are: the refreshed state is both sides of what is ignored.
    const family = 'arn:aws:ecs:eu-west-1:111111111111:task-definition/shop-web';
    const service = (revision: number, desired: number, grace = 30) => ({
      name: 'shop-web',
      desired_count: desired,
      health_check_grace_period_seconds: grace,
      load_balancer: [{ target_group_arn: 'blue', container_port: 8000 }],
      task_definition: `${family}:${revision}`,
    });
    const listener = (blue: number) => ({
      default_action: [
        {
          type: 'forward',
          forward: [
            {
              target_group: [
                { arn: 'blue', weight: blue },
                { arn: 'green', weight: 100 - blue },
              ],
            },
          ],
        },
      ],
    });
    const moved = [
      change('aws_ecs_service.web', ['update'], service(41, 2), service(42, 5)),
      change('aws_lb_listener.https', ['update'], listener(100), listener(0)),
    ];

    it('is none: task definition, desired count and weights', () => {
      const drift = driftOf({
        resource_drift: moved,
        resource_changes: [
          change('aws_ecs_service.web', ['no-op'], service(42, 5), service(42, 5)),
          change('aws_lb_listener.https', ['no-op'], listener(0), listener(0)),
        ],
      });
      expect(drift).to.deep.include({
        drifted: 0,
        leftAlone: ['aws_ecs_service.web', 'aws_lb_listener.https'],
      });
    });

    it('is none of an output that shows it either, alone or among others', () => {
      const resource_drift = moved;
      const resource_changes = [noop('aws_ecs_service.web'), noop('aws_lb_listener.https')];
      const output_changes = {
        task_definition: { actions: ['update'], before: `${family}:41`, after: `${family}:42` },
        services: { actions: ['update'], before: { web: service(41, 2) }, after: { web: service(42, 5) } },
      };
      const drift = driftOf({ resource_drift, resource_changes, output_changes });
      expect(drift.drifted).to.equal(0);
      expect(drift.leftAlone).to.include.members(['output.task_definition', 'output.services']);
      const more = { ...output_changes, url: { actions: ['update'], before: 'old', after: 'new' } };
      expect(driftOf({ resource_drift, resource_changes, output_changes: more }).drifted).to.equal(1);
    });

    it('does not make a setting that was not applied look as if somebody had changed it', () => {
      const drift = driftOf({
        resource_drift: moved.slice(0, 1),
        resource_changes: [change('aws_ecs_service.web', ['update'], service(42, 5, 30), service(42, 5, 60))],
      });
      expect(drift.changes).to.have.length(1);
      expect(drift.changes[0]).to.include({ cause: 'configuration' });
      expect(drift.changes[0]?.changes.map(({ path }) => path)).to.deep.equal([
        'health_check_grace_period_seconds',
      ]);
    });

    it('does not hide what else was changed by hand', () => {
      const drift = driftOf({
        resource_drift: [change('aws_ecs_service.web', ['update'], service(41, 2, 30), service(42, 5, 0))],
        resource_changes: [change('aws_ecs_service.web', ['update'], service(42, 5, 0), service(42, 5, 30))],
      });
      expect(drift.changes[0]).to.include({ cause: 'outside' });
      expect(drift.changes[0]?.changes.map(({ path }) => path)).to.deep.equal([
        'health_check_grace_period_seconds',
      ]);
    });
  });

  it('counts outputs that were never applied, and those that follow from a change outside as such', () => {
    const output_changes = { url: { actions: ['update'], before: 'http://old', after: 'http://new' } };
    expect(driftOf({ output_changes }).changes[0]).to.include({
      address: 'output.url',
      cause: 'configuration',
    });
    const resource_drift = [change('aws_instance.web', ['update'], { ip: 'old' }, { ip: 'new' })];
    expect(driftOf({ output_changes, resource_drift }).changes[0]).to.include({ cause: 'outside' });
  });

  it('is no data source that is read', () => {
    const read = { ...change('data.aws_ami.linux', ['read'], null, {}), mode: 'data' };
    expect(driftOf({ resource_changes: [read], applyable: true }).drifted).to.equal(0);
  });

  it('masks sensitive values', () => {
    const secret = {
      address: 'aws_db.main',
      change: {
        actions: ['update'],
        before: { password: 'hunter2' },
        after: { password: 'hunter3' },
        before_sensitive: { password: true },
        after_sensitive: { password: true },
      },
    };
    const drift = driftOf({ resource_drift: [secret], resource_changes: [secret] });
    expect(JSON.stringify(drift)).not.to.contain('hunter');
    expect(driftText('staging', drift)).to.contain('password: (sensitive) → (sensitive)');
  });

  it('is told for the night: what was changed outside first, and what to type', () => {
    const drift = driftOf({
      resource_drift: [change('aws_security_group.web', ['update'], { cidr: 'in' }, { cidr: 'out' })],
      resource_changes: [
        change('aws_s3_bucket.logs', ['create'], null, {}),
        change('aws_security_group.web', ['update'], { cidr: 'out' }, { cidr: 'in' }),
      ],
    });
    expect(driftText('production', drift).split('\n')).to.deep.equal([
      'production has drifted: 1 changed outside of Terraform (aws_security_group.web), 1 not applied yet (aws_s3_bucket.logs)',
      '',
      'Changed outside of Terraform since the last apply',
      '',
      '  ~ aws_security_group.web',
      '      cidr: "in" → "out"',
      '',
      'In the configuration, but not applied',
      '',
      '  + aws_s3_bucket.logs',
      '',
      'What an apply would do: node runner plan --env production',
      'To change it back to the configuration: node runner apply --env production',
    ]);
  });
});

describe('what drift rests on', () => {
  const seen = (address: string, before: object, after: object) => change(address, ['update'], before, after);

  it('is only what an apply would put back, else all that was changed', () => {
    const [found] = driftOf({
      resource_drift: [change('a.a', ['update'], { list: [1, 2] }, { list: [1, 3] })],
      resource_changes: [change('a.a', ['update'], { list: [1, 3] }, { list: [1] })],
    }).changes;
    expect(found).to.include({ cause: 'outside', happened: 'change' });
    const [replaced] = driftOf({
      resource_drift: [seen('a.a', { x: 1 }, { x: 2 })],
      resource_changes: [change('a.a', ['delete', 'create'], { y: 1 }, { y: 2 })],
    }).changes;
    expect(replaced).to.deep.include({ cause: 'outside' });
    expect(replaced?.changes.map(({ path }) => path)).to.deep.equal(['x']);
  });

  it('is the configuration where nothing was changed outside, and where it was only made there', () => {
    const [found] = driftOf({
      resource_drift: [change('a.a', ['create'], null, { x: 1 })],
      resource_changes: [seen('a.a', { x: 1 }, { x: 2 })],
    }).changes;
    expect(found).to.include({ cause: 'configuration' }).and.not.have.property('happened');
  });

  it('makes an output follow only where its value changed so in what is left alone', () => {
    const output = (before: unknown, after: unknown, more: object = {}) => ({
      out: { actions: ['update'], before, after, ...more },
    });
    const left = [seen('a.a', { revision: 41, name: 'a' }, { revision: 42, name: 'b' })];
    const drift = (output_changes: NonNullable<PlanJson['output_changes']>) =>
      driftOf({ resource_drift: left, resource_changes: [noop('a.a')], output_changes });
    expect(drift(output(41, 42))).to.deep.include({ drifted: 0, leftAlone: ['a.a', 'output.out'] });
    expect(drift(output({ r: 41, n: 'a' }, { r: 42, n: 'b' })).drifted).to.equal(0);
    expect(drift(output({ r: 41, n: 'a' }, { r: 42, n: 'c' })).drifted).to.equal(1);
    expect(drift(output(41, 43)).drifted).to.equal(1);
    expect(drift(output(41, 42, { before_sensitive: true, after_sensitive: true })).drifted).to.equal(1);
  });

  it('shows the value of an output before and after', () => {
    const { changes } = driftOf({
      output_changes: { url: { actions: ['update'], before: 'a', after: 'b' } },
    });
    expect(changes).to.deep.equal([
      {
        address: 'output.url',
        action: 'change',
        cause: 'configuration',
        changes: [{ path: 'value', before: '"a"', after: '"b"', unknown: false, forcesReplacement: false }],
      },
    ]);
  });

  it('is the scope that was looked at, in its words and in the commands to type', () => {
    const scope = { name: 'app', addresses: ['module.app'], added: [] } as never;
    const drift = driftOf(
      { resource_changes: [change('module.app.a.a', ['create'], null, { x: 1 })] },
      scope,
    );
    expect(drift.scope).to.equal(scope);
    expect(drift.headline).to.contain('; ').and.contain('app');
    expect(driftText('staging', drift)).to.contain('plan --env staging --scope app');
    expect(driftOf({})).not.to.have.property('scope');
  });

  it('names three of each cause, and then how many more', () => {
    const create = (address: string) => change(address, ['create'], null, { x: 1 });
    expect(driftOf({ resource_changes: ['a.a', 'b.b', 'c.c'].map(create) }).headline).to.equal(
      'has drifted: 3 not applied yet (a.a, b.b, c.c)',
    );
  });
});
