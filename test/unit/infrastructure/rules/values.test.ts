import { expect } from 'chai';
import {
  diffAttributes,
  pathText,
  render,
  type Sides,
} from '../../../../runner/src/infrastructure/rules/planValues.js';

const diff = (before: unknown, after: unknown, more: Partial<Sides> = {}, forcedBy?: readonly string[]) =>
  diffAttributes(
    { before, after, unknown: undefined, beforeSensitive: undefined, afterSensitive: undefined, ...more },
    forcedBy,
  );
const lines = (...args: Parameters<typeof diff>) =>
  diff(...args).map(({ path, before, after }) => `${path}: ${before} → ${after}`);

describe('the attributes that a plan changes', () => {
  it('are told as deep as they go, in maps and in lists of maps of one length', () => {
    expect(lines({ tags: { a: 1, b: 2 } }, { tags: { a: 1, c: 3 } })).to.deep.equal([
      'tags.b: 2 → null',
      'tags.c: null → 3',
    ]);
    expect(lines({ rule: [{ port: 1 }, 'x'] }, { rule: [{ port: 2 }, 'x'] })).to.deep.equal([
      'rule[0].port: 1 → 2',
    ]);
    expect(lines({ rule: [{ port: 1 }] }, { rule: [{ port: 1 }, { port: 2 }] })).to.deep.equal([
      'rule: [{ port = 1 }] → [{ port = 1 }, { port = 2 }]',
    ]);
    expect(lines({ list: ['a', 'b'] }, { list: ['a', 'c'] })).to.deep.equal([
      'list: ["a", "b"] → ["a", "c"]',
    ]);
    expect(lines({ x: ['a'] }, { x: 'a' })).to.deep.equal(['x: ["a"] → "a"']);
    expect(lines({ x: { a: 1 } }, { x: 5 })).to.deep.equal(['x: { a = 1 } → 5']);
    expect(lines({ x: {} }, { x: [] })).to.deep.equal(['x: {} → []']);
  });

  it('are none where nothing differs, what is left out being null', () => {
    expect(diff({ a: null, b: [1, { c: 2 }], d: { e: null } }, { b: [1, { c: 2 }], d: {} })).to.deep.equal(
      [],
    );
    expect(diff({ a: null }, { a: 0 })).to.have.length(1);
    expect(diff({ a: 0 }, { a: null })).to.have.length(1);
    expect(diff({ a: [[1]] }, { a: [[1, 2]] })).to.have.length(1);
    expect(diff({ a: [[1, 2]] }, { a: [[1, 3]] })).to.have.length(1);
    expect(diff({ a: [[]] }, { a: [{}] })).to.have.length(1);
  });

  it('are told inside of JSON in a text, where something differs there', () => {
    const json = (value: unknown, space?: number) => ` ${JSON.stringify(value, null, space)}`;
    expect(lines({ policy: json({ a: 1, b: 2 }) }, { policy: json({ a: 1, b: 3 }) })).to.deep.equal([
      'policy.b: 2 → 3',
    ]);
    expect(lines({ policy: '{"a":1}' }, { policy: '{"a": 1}' })).to.deep.equal([
      `policy: ${JSON.stringify('{"a":1}')} → ${JSON.stringify('{"a": 1}')}`,
    ]);
    expect(lines({ policy: '{"a":1}' }, { policy: '{"a":' })).to.have.length(1);
    expect(lines({ policy: '{"a":1}' }, { policy: 'x {"a":2}' })).to.deep.equal([
      `policy: ${JSON.stringify('{"a":1}')} → ${JSON.stringify('x {"a":2}')}`,
    ]);
    expect(lines({ policy: 5 }, { policy: '[5]' })).to.deep.equal(['policy: 5 → "[5]"']);
    expect(lines('[1]', '[2]')).to.deep.equal([': "[1]" → "[2]"']);
  });

  it('are known only once they are applied where the plan says so, deep or whole', () => {
    const [whole] = diff({ id: 'a' }, {}, { unknown: { id: true } });
    expect(whole).to.include({ path: 'id', before: '"a"', after: '(known after apply)', unknown: true });
    expect(diff({ id: 'a' }, { id: 'b' })[0]).to.include({ unknown: false });
    expect(lines({ tags: { a: 1 } }, {}, { unknown: { tags: { b: true } } })).to.deep.equal([
      'tags.a: 1 → null',
      'tags.b: null → (known after apply)',
    ]);
    expect(lines({ list: ['a'] }, { list: ['a'] }, { unknown: { list: [false, true] } })).to.deep.equal([
      'list: ["a"] → ["a", (known after apply)]',
    ]);
    expect(diff({ a: 1 }, { a: 1 }, { unknown: { a: false } })).to.deep.equal([]);
    expect(diff({ a: 'x' }, { a: 'x' }, { unknown: true })).to.have.length(1);
  });

  it('are masked on both sides as the plan says, and told only where they differ', () => {
    expect(
      lines({ p: 'a' }, { p: 'b' }, { beforeSensitive: { p: true }, afterSensitive: { p: true } }),
    ).to.deep.equal(['p: (sensitive) → (sensitive)']);
    expect(lines({ p: 'a' }, { p: 'b' }, { beforeSensitive: { p: true } })).to.deep.equal([
      'p: (sensitive) → "b"',
    ]);
    expect(lines({ p: { a: 1 } }, { p: { a: 2 } }, { afterSensitive: { p: true } })).to.deep.equal([
      'p: { a = 1 } → (sensitive)',
    ]);
    expect(
      diff({ p: { a: 1 } }, { p: { a: 1 } }, { beforeSensitive: { p: true }, afterSensitive: { p: true } }),
    ).to.deep.equal([]);
    expect(lines({ p: [1, 2] }, { p: [1, 3] }, { afterSensitive: { p: [false, true] } })).to.deep.equal([
      'p: [1, 2] → [1, (sensitive)]',
    ]);
  });

  it('force a replacement by themselves, or by what they are in', () => {
    const forced = (by: string) =>
      diff({ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, {}, [by])[0]?.forcesReplacement;
    for (const by of ['a', 'a.b', 'a.b[0]', 'a.b[0].c']) expect(forced(by), by).to.equal(true);
    for (const by of ['a.b[0].c.d', 'b', 'a.b[0].cc', 'a.']) expect(forced(by), by).to.equal(false);
    expect(diff({ ab: 1 }, { ab: 2 }, {}, ['a'])[0]?.forcesReplacement).to.equal(false);
    expect(diff({ a: 1 }, { a: 2 })[0]?.forcesReplacement).to.equal(false);
  });
});

describe('a value in one line', () => {
  it('is sensitive before it is unknown, at any depth', () => {
    expect(render('x', true, true)).to.equal('(sensitive)');
    expect(render('x', true, false)).to.equal('(known after apply)');
    expect(render({ a: 'x', b: [1, 2] }, { b: [false, true], c: true }, { a: true })).to.equal(
      '{ a = (sensitive), b = [1, (known after apply)], c = (known after apply) }',
    );
    expect(render([{ a: 1 }], undefined, [true])).to.equal('[(sensitive)]');
  });

  it('is null where there is nothing, and a map where only its marks are known', () => {
    expect(render(undefined, undefined, undefined)).to.equal('null');
    expect(render(null, { a: true }, undefined)).to.equal('null');
    expect(render(undefined, { a: true }, undefined)).to.equal('{ a = (known after apply) }');
    expect(render(undefined, [true], undefined)).to.equal('null');
    expect(render(undefined, { a: false }, undefined)).to.equal('null');
    expect(render({}, undefined, undefined)).to.equal('{}');
  });

  it('is cut after a hundred characters', () => {
    expect(render('x'.repeat(98), undefined, undefined))
      .to.have.length(100)
      .and.match(/x"$/);
    expect(render('x'.repeat(99), undefined, undefined))
      .to.have.length(100)
      .and.match(/x…$/);
  });

  it('has a path as Terraform writes it', () => {
    expect(pathText(['tags', 'a b', 0, 'c-d'])).to.equal('tags["a b"][0].c-d');
    expect(pathText([])).to.equal('');
  });
});
