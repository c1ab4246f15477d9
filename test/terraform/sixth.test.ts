import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readBlocks, type HclBlock } from '../../scripts/terraformReader.js';
import { readLintParts, repository } from '../support/terraform/lintParts.js';
import { strictBooleans, withoutInSixth } from '../support/terraform/planning/sixth.js';

/** What a block and the blocks in it set, by name. */
const settings = ({ arguments: given, blocks }: HclBlock): [name: string, value: string][] => [
  ...given,
  ...blocks.flatMap((block): [string, string][] => [
    [block.type === 'dynamic' ? (block.labels[0] as string) : block.type, ''],
    ...settings(block),
  ]),
];

const files = readLintParts()
  .flatMap(({ directories }) => directories)
  .flatMap(({ path }) =>
    readdirSync(join(repository, path))
      .filter((name) => name.endsWith('.tf'))
      .map((name) => join(path, name)),
  )
  .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));

const isSixth = (kind: string): kind is keyof typeof withoutInSixth => kind in withoutInSixth;

/** Arguments that provider 6 does not take, as `FILE: TYPE.ARGUMENT`. */
function arguments6(path: string, text: string): string[] {
  return readBlocks(text, path).flatMap((block) => {
    const type = block.labels[0] ?? '';
    if (!isSixth(block.type)) return [];
    const gone = withoutInSixth[block.type][type] ?? [];
    const strict = strictBooleans[type] ?? [];
    return settings(block)
      .filter(([name, value]) => gone.includes(name) || (strict.includes(name) && /^"?[01]"?$/.test(value)))
      .map(([name]) => `${path}: ${type}.${name}`);
  });
}

/** Attributes that are read and that provider 6 does not have, likewise. */
function attributes6(path: string, text: string): string[] {
  return Object.entries(withoutInSixth).flatMap(([kind, types]) =>
    Object.entries(types).flatMap(([type, names]) => {
      const address = `${kind === 'data' ? 'data\\.' : '(?<!data\\.)'}\\b${type}\\.\\w+(?:\\[[^\\]]*\\])?\\.`;
      return [...text.matchAll(new RegExp(`${address}(${names.join('|')})\\b`, 'g'))].map(
        ([, name]) => `${path}: ${type}.${name}`,
      );
    }),
  );
}

describe('what provider 6 no longer takes', () => {
  it('is found in what is set and what is read', () => {
    const text = [
      'resource "aws_eip" "nat" {',
      '  vpc = true',
      '}',
      'resource "aws_launch_template" "this" {',
      '  network_interfaces {',
      '    associate_public_ip_address = "1"',
      '  }',
      '}',
      'output "region" {',
      '  value = "${data.aws_region.current["main"].name} ${aws_s3_bucket.this["main"].region}"',
      '}',
    ].join('\n');
    expect(arguments6('a', text)).to.deep.equal([
      'a: aws_eip.vpc',
      'a: aws_launch_template.associate_public_ip_address',
    ]);
    expect(attributes6('a', text)).to.have.members(['a: aws_s3_bucket.region', 'a: aws_region.name']);
    expect(attributes6('a', 'x = data.aws_region.current.id')).to.deep.equal([]);
  });

  it('is in no module, example or root', () => {
    expect(files).not.to.be.empty;
    const found = files.flatMap(({ path, text }) => [...arguments6(path, text), ...attributes6(path, text)]);
    expect(found.join('\n')).to.equal('');
  });
});
