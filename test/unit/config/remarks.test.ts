import { expect } from 'chai';
import { rawAt, rawList, rawMap, rawText, textsIn } from '../../../runner/src/config/raw.js';
import { told } from '../../../runner/src/config/path.js';
import { podTemplateOf, remarksOf, textsOf } from '../../../runner/src/config/remarks.js';

const run = { targets: { web: { image: 'web' } } };
const said = (raw: unknown) =>
  remarksOf(raw).map(({ path, words, level }) => `${level} ${path.join('.')}: ${told(words, path)}`);

describe('the sense of a configuration', () => {
  it('is there where every name leads somewhere and everything is reached', () => {
    expect(
      said({
        images: { web: {} },
        branches: { main: 'production' },
        environments: { staging: run, production: { ...run, promotion: { from: 'staging' } } },
      }),
    ).to.deep.equal([]);
  });

  it('is not looked for where something else stands than it should', () => {
    for (const raw of [undefined, null, 'text', [], { environments: [], images: 'x', branches: null }])
      expect(said(raw), JSON.stringify(raw)).to.deep.equal([]);
    expect(
      said({ environments: { staging: { targets: [], promotion: 5 } }, branches: { main: ['staging'] } }),
    ).to.deep.equal([
      'warning environments.staging: no branch leads to staging: it can be reached only by commands that you type',
    ]);
  });

  it('lacks names that are not there, told with what is near or known', () => {
    expect(
      said({
        images: { web: {} },
        branches: { main: 'stagin' },
        environments: { staging: { targets: { web: { image: 'zzz' } }, promotion: { from: 'zzz' } } },
      }).slice(0, 3),
    ).to.deep.equal([
      'error branches.main: environment "stagin" is not defined. Did you mean "staging"?',
      'error environments.staging.promotion.from: environment "zzz" is not defined. Known: staging.',
      'error environments.staging.targets.web.image: image "zzz" is not defined. Known: web.',
    ]);
    expect(said({ environments: { staging: run } })[0]).to.equal(
      'error environments.staging.targets.web.image: image "web" is not defined. Known: none.',
    );
  });

  describe('of promotions', () => {
    const promoted = (froms: Record<string, string | undefined>, without: readonly string[] = []) =>
      said({
        images: { web: {} },
        branches: Object.fromEntries(Object.keys(froms).map((name) => [name, name])),
        environments: Object.fromEntries(
          Object.entries(froms).map(([name, from]) => [
            name,
            { ...(without.includes(name) ? { infrastructure: {} } : run), promotion: { from } },
          ]),
        ),
      });

    it('ends where they go round, for each in the circle and nobody else', () => {
      expect(promoted({ a: 'b', b: 'c', c: 'a', d: 'a' })).to.deep.equal([
        'error environments.a.promotion.from: promotion is circular: a ← b ← c ← a',
        'error environments.b.promotion.from: promotion is circular: b ← c ← a ← b',
        'error environments.c.promotion.from: promotion is circular: c ← a ← b ← c',
      ]);
    });

    it('is another check where they come from themselves', () => {
      expect(promoted({ a: 'a' })).to.deep.equal([]);
    });

    it('ends where nothing can be healthy', () => {
      expect(promoted({ a: undefined, b: 'a' }, ['a'])).to.deep.equal([
        'error environments.b.promotion.from: b is promoted from a, which has no targets, so no release can be healthy there',
      ]);
      expect(promoted({ a: undefined, b: 'a' }, ['a', 'b']).join()).not.to.contain('promot');
      expect(promoted({ a: undefined, b: 'a' })).to.deep.equal([]);
    });
  });

  describe('of branches', () => {
    it('is doubtful where nothing is changed, and not where anything is', () => {
      const leads = (environment: object) =>
        said({ images: { web: {} }, branches: { main: 'a' }, environments: { a: environment, b: run } })[0];
      expect(leads({})).to.equal(
        'warning branches.main: main leads to a, which has no infrastructure, playbooks or targets: nothing is changed there',
      );
      for (const something of [{ infrastructure: {} }, { provision: {} }, run])
        expect(leads(something)).to.contain('no branch leads to b');
    });

    it('is not asked for where the configuration names none, but where they lead is', () => {
      expect(said({ environments: { staging: {}, test: {} } })).to.deep.equal([
        'warning environments.test: no branch leads to test: it can be reached only by commands that you type',
      ]);
    });

    it('reaches what is promoted on the way, however far', () => {
      const from = (name: string) => ({ ...run, promotion: { from: name } });
      const environments = { a: run, b: from('a'), c: from('b'), d: run };
      expect(said({ images: { web: {} }, branches: { main: 'c' }, environments })).to.deep.equal([
        'warning environments.d: no branch leads to d: it can be reached only by commands that you type',
      ]);
    });
  });

  it('is doubtful of an image that runs nowhere', () => {
    expect(
      said({ images: { web: {}, tools: {} }, branches: { main: 'a' }, environments: { a: run } }),
    ).to.deep.equal(['warning images.tools: no target runs the image tools: it is built and pushed only']);
  });
});

describe('what is read of a configuration that may not be valid', () => {
  it('is there only in the shape that is asked for', () => {
    expect([{ a: 1 }, [], null, 'x', 5].map(rawMap)).to.deep.equal([{ a: 1 }, {}, {}, {}, {}]);
    expect(['x', 5, null].map(rawText)).to.deep.equal(['x', undefined, undefined]);
    expect([[1], 'x', {}].map(rawList)).to.deep.equal([[1], [], []]);
    expect(rawAt({ a: [{ b: 7 }] }, ['a', 0, 'b'])).to.equal(7);
    expect(rawAt({ a: 'x' }, ['a', 'length'])).to.equal(undefined);
    expect(rawAt({}, ['a', 'b'])).to.equal(undefined);
  });

  it('has every text with its path', () => {
    expect(textsIn({ a: ['x', { b: 'y' }], c: 5 })).to.deep.equal([
      { path: ['a', 0], text: 'x' },
      { path: ['a', 1, 'b'], text: 'y' },
    ]);
    expect(textsOf(['x', 5, 'y'])).to.deep.equal([
      [0, 'x'],
      [2, 'y'],
    ]);
    expect(podTemplateOf({ jenkins: { agent: { 'pod-template': 'pod.yaml' } } })).to.equal('pod.yaml');
    expect(podTemplateOf({ jenkins: { agent: { 'pod-template': 5 } } })).to.equal(undefined);
  });
});
