import { expect } from 'chai';
import { sensitiveTexts } from '../../../../runner/src/infrastructure/rules/sensitive.js';
import {
  isOutputs,
  isPlan,
  isState,
  isVersion,
} from '../../../../runner/src/infrastructure/rules/terraformJson.js';

const texts = (plan: object) => [...sensitiveTexts(plan)].sort();

describe('what a plan marks as sensitive', () => {
  it('is found on both sides of all changes, of resources, drift and outputs', () => {
    const change = (name: string) => ({
      actions: ['update'],
      before: { p: `${name}-old`, q: 'plain' },
      after: { p: `${name}-new` },
      before_sensitive: { p: true, q: false },
      after_sensitive: { p: true },
    });
    expect(
      texts({
        resource_changes: [{ address: 'a', change: change('a') }],
        resource_drift: [{ address: 'b', change: change('b') }],
        output_changes: {
          c: { actions: [], before: 'c-old', after: 'c-new', before_sensitive: true, after_sensitive: true },
        },
      }),
    ).to.deep.equal(['a-new', 'a-old', 'b-new', 'b-old', 'c-new', 'c-old']);
  });

  it('is found in variables that are declared so, and in no others', () => {
    const variables = { secret: { value: 's' }, plain: { value: 'p' }, unknown: { value: 'u' } };
    const configuration = {
      root_module: { variables: { secret: { sensitive: true }, plain: { sensitive: false } } },
    };
    expect(texts({ variables, configuration })).to.deep.equal(['s']);
    expect(texts({ variables })).to.deep.equal([]);
    expect(texts({ variables, configuration: { root_module: {} } })).to.deep.equal([]);
  });

  it('is found in what there is and what is planned, in outputs and modules however deep', () => {
    const resource = (name: string) => ({ values: { p: name, q: 'plain' }, sensitive_values: { p: true } });
    const values = (name: string) => ({
      outputs: { o: { sensitive: true, value: `${name}-out` }, plain: { sensitive: false, value: 'plain' } },
      root_module: {
        resources: [resource(`${name}-1`)],
        child_modules: [
          { resources: [resource(`${name}-2`)] },
          { child_modules: [{ resources: [resource(`${name}-3`)] }] },
        ],
      },
    });
    expect(texts({ prior_state: { values: values('is') }, planned_values: values('will') })).to.deep.equal([
      'is-1',
      'is-2',
      'is-3',
      'is-out',
      'will-1',
      'will-2',
      'will-3',
      'will-out',
    ]);
    expect(texts({ prior_state: {}, planned_values: { outputs: {} } })).to.deep.equal([]);
  });

  it('is every text below a mark, and every number that is no port or count', () => {
    const marked = (after: unknown, after_sensitive: unknown = true) =>
      texts({ output_changes: { o: { actions: [], after, after_sensitive } } });
    expect(marked({ a: ['x', { b: 'y' }], c: null, d: true })).to.deep.equal(['x', 'y']);
    expect(marked([99_999, 100_000, -100_000, 5])).to.deep.equal(['-100000', '100000']);
    expect(marked(['a', 'b'], [false, true])).to.deep.equal(['b']);
    expect(marked('a', { b: true })).to.deep.equal([]);
    expect(marked(null, { b: true })).to.deep.equal([]);
    expect(marked({ b: 'x' }, null)).to.deep.equal([]);
  });
});

describe('the documents of Terraform', () => {
  it('are told from other JSON by what each has', () => {
    expect([{ format_version: '1.2' }, { format_version: 1 }, {}, null, []].map(isPlan)).to.deep.equal([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(
      [
        {},
        { a: { value: 1, sensitive: false } },
        { a: { value: 1 } },
        { a: { sensitive: true } },
        { a: 5 },
        null,
      ].map(isOutputs),
    ).to.deep.equal([true, true, false, false, false, false]);
    expect(
      [{ serial: 1, lineage: 'x' }, { serial: '1', lineage: 'x' }, { serial: 1 }, 'x'].map(isState),
    ).to.deep.equal([true, false, false, false]);
    expect([{ terraform_version: '1.11' }, { terraform_version: 1 }, null].map(isVersion)).to.deep.equal([
      true,
      false,
      false,
    ]);
  });
});
