import { expect } from 'chai';
import fc from 'fast-check';
import { orderOf } from '../../../../runner/src/delivery/rules/needsGraph.js';
import { StackError } from '../../../../runner/src/base/errors.js';

const graph = (needs: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(needs).map(([application, names]) => ({
    application,
    needs: names,
    where: `/${application}/automation-stack.yml`,
  }));
const refusal = (needs: Readonly<Record<string, readonly string[]>>): StackError => {
  try {
    orderOf(graph(needs));
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('the order of applications', () => {
  it('is groups of what may go side by side, each after all that it needs', () => {
    const order = orderOf(
      graph({ shop: ['catalogue', 'auth'], auth: ['identity'], catalogue: ['identity'], identity: [] }),
    );
    expect(order).to.deep.equal([['identity'], ['auth', 'catalogue'], ['shop']]);
  });

  it('is one application where nothing is needed', () =>
    expect(orderOf(graph({ shop: [] }))).to.deep.equal([['shop']]));

  it('names a circle of two, and where each edge is written', () => {
    const error = refusal({ shop: ['auth'], auth: ['shop'] });
    expect(error).to.include({ code: 'NEEDS_CYCLE', category: 'config', exitCode: 2 });
    expect(error.message).to.contain('auth → shop → auth');
    expect(error.evidence).to.deep.equal([
      'auth needs shop: /auth/automation-stack.yml',
      'shop needs auth: /shop/automation-stack.yml',
    ]);
  });

  it('names only the circle, not what hangs on it', () => {
    const error = refusal({ web: ['shop'], shop: ['auth'], auth: ['mail', 'db'], mail: ['shop'], db: [] });
    expect(error.message).to.match(/: auth → mail → shop → auth$/);
  });

  it('is the same in whichever order the applications were found', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 20 });
    fc.assert(
      fc.property(edges, fc.shuffledSubarray(names, { minLength: 6 }), (pairs, shuffled) => {
        // An edge to an earlier name only: no circles.
        const needs = (name: string) =>
          pairs.flatMap(([a, b]) => (names[a] === name && b < a ? [names[b] as string] : []));
        const of = (list: readonly string[]) =>
          orderOf(list.map((application) => ({ application, needs: needs(application), where: '' })));
        expect(of(shuffled)).to.deep.equal(of(names));
        const seen = new Set<string>();
        for (const group of of(names)) {
          for (const name of group) expect(needs(name).every((need) => seen.has(need))).to.equal(true);
          group.forEach((name) => seen.add(name));
        }
        expect(seen.size).to.equal(6);
      }),
    );
  });

  it('finds the circle in every graph that has one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(29), (length, entry) => {
        const name = (index: number) => `n${String(index % length).padStart(2, '0')}`;
        const ring = Object.fromEntries(
          Array.from({ length }, (_, index) => [name(index), [name(index + 1)]]),
        );
        const error = refusal({ ...ring, outside: [name(entry)] });
        expect(error.evidence).to.have.length(length);
        expect(error.message).to.match(/: n00 → (?:n\d\d → )*n00$/);
      }),
    );
  });
});
