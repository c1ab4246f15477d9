import { expect } from 'chai';
import { evaluate, type PolicyStatement } from '../../../support/iam/evaluate.js';

const service = 'arn:aws:ecs:eu-west-1:111111111111:service/main/shop';
const allow = (rest: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 'ecs:UpdateService',
  Resource: service,
  ...rest,
});
const decide = (
  statements: readonly PolicyStatement[],
  context: Readonly<Record<string, string | readonly string[]>> = {},
  resource = service,
) => evaluate([{ Statement: statements }], { action: 'ecs:UpdateService', resource, context });
/** What a statement under a condition answers to each context. */
const under = (
  operator: string,
  values: string | readonly string[],
  ...contexts: (Readonly<Record<string, string | readonly string[]>> | undefined)[]
) => contexts.map((one) => decide([allow({ Condition: { [operator]: { 'aws:Key': values } } })], one));

describe('the answer of IAM to a request', () => {
  it('is a denial where nothing speaks of it, and where a deny does', () => {
    expect(decide([])).to.equal('denied');
    expect(decide([allow()])).to.equal('allowed');
    expect(decide([allow(), allow({ Effect: 'Deny', Action: '*', Resource: '*' })])).to.equal(
      'explicit-deny',
    );
    expect(
      evaluate([{ Statement: allow() }, { Statement: allow({ Effect: 'Deny' }) }], {
        action: 'ecs:UpdateService',
        resource: service,
      }),
    ).to.equal('explicit-deny');
  });

  it('reads wildcards in actions, whose case does not count, and in resources, whose does', () => {
    expect(decide([allow({ Action: 'ECS:update*' })])).to.equal('allowed');
    expect(decide([allow({ Action: 'ecs:UpdateServic?' })])).to.equal('allowed');
    expect(decide([allow({ Action: ['ecs:RunTask', 'ecs:UpdateServices'] })])).to.equal('denied');
    expect(decide([allow({ Resource: 'arn:aws:ecs:*:111111111111:service/*/shop' })])).to.equal('allowed');
    expect(decide([allow({ Resource: service.replace('shop', 'SHOP') })])).to.equal('denied');
  });

  it('lets no wildcard of an ARN reach over the part that it is in', () => {
    expect(decide([allow({ Resource: 'arn:aws:ecs:*:service/main/shop' })])).to.equal('denied');
    const group = 'arn:aws:logs:eu-west-1:111111111111:log-group:/shop:log-stream:web/1';
    expect(decide([allow({ Resource: 'arn:aws:logs:*:*:log-group:/sh*' })], {}, group)).to.equal('allowed');
  });

  it('of a request that is about no resource is yes only where everything is allowed', () => {
    expect(decide([allow({ Resource: 'arn:aws:ecs:*:*:service/*' })], {}, '*')).to.equal('denied');
    expect(decide([allow({ Resource: '*' })], {}, '*')).to.equal('allowed');
  });

  it('reads what a statement leaves out', () => {
    expect(decide([{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }])).to.equal('allowed');
    expect(decide([{ Effect: 'Allow', NotAction: 'ecs:*', Resource: '*' }])).to.equal('denied');
    expect(decide([{ Effect: 'Allow', Action: '*', NotResource: service }])).to.equal('denied');
  });

  it('needs every condition, and one of the values of each', () => {
    const Condition = { StringEquals: { 'aws:Key': ['a', 'b'], 'aws:Other': 'c' } };
    expect(decide([allow({ Condition })], { 'aws:Key': 'b', 'aws:other': 'c' })).to.equal('allowed');
    expect(decide([allow({ Condition })], { 'aws:Key': 'b' })).to.equal('denied');
  });

  const yes = 'allowed';
  const no = 'denied';
  for (const [operator, values, contexts, answers] of [
    ['StringEquals', 'a', [{ 'AWS:KEY': 'a' }, { 'aws:Key': 'A' }, {}], [yes, no, no]],
    ['StringNotEquals', 'a', [{ 'aws:Key': 'a' }, { 'aws:Key': 'b' }, {}], [no, yes, yes]],
    ['StringEqualsIgnoreCase', 'a', [{ 'aws:Key': 'A' }], [yes]],
    ['StringLike', 'a*', [{ 'aws:Key': 'ab' }, { 'aws:Key': 'ba' }], [yes, no]],
    ['StringNotLike', 'a*', [{ 'aws:Key': 'ab' }, {}], [no, yes]],
    ['StringEqualsIfExists', 'a', [{}, { 'aws:Key': 'b' }], [yes, no]],
    ['ArnLike', 'arn:aws:iam::*:role/x*', [{ 'aws:Key': 'arn:aws:iam::1:role/xy' }, {}], [yes, no]],
    ['ArnEquals', 'arn:aws:ecs:*:1:cluster/a', [{ 'aws:Key': 'arn:aws:ecs:eu:1:cluster/a' }], [yes]],
    ['ArnNotLike', 'arn:aws:iam::*:role/x*', [{ 'aws:Key': 'arn:aws:iam::1:role/xy' }, {}], [no, yes]],
    ['Bool', 'true', [{ 'aws:Key': 'true' }, { 'aws:Key': 'false' }, {}], [yes, no, no]],
    ['Null', 'true', [{}, { 'aws:Key': 'a' }], [yes, no]],
    ['Null', 'false', [{}, { 'aws:Key': 'a' }], [no, yes]],
    ['NumericLessThan', '3', [{ 'aws:Key': '2' }, { 'aws:Key': '3' }], [yes, no]],
    [
      'ForAllValues:StringEquals',
      ['a', 'b'],
      [{ 'aws:Key': ['a'] }, { 'aws:Key': ['a', 'c'] }, {}],
      [yes, no, yes],
    ],
    ['ForAnyValue:StringLike', ['a*'], [{ 'aws:Key': ['b', 'ab'] }, { 'aws:Key': ['b'] }, {}], [yes, no, no]],
  ] as const) {
    it(`knows ${operator} ${String(values)}`, () => {
      expect(under(operator, values, ...contexts)).to.deep.equal(answers);
    });
  }

  it('refuses to guess what an operator means that it does not know', () => {
    expect(() => under('DateEquals', '2026-01-01', {})).to.throw('DateEquals');
  });
});
