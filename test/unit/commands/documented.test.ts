import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { calls } from '../../../runner/src/iam/rules/calls.js';
import { optionsOf } from '../../../runner/src/commands/options.js';
import { allCommands, registry } from '../../../runner/src/commands/registry.js';
import { kinds } from '../../../runner/src/kinds.js';
import { jsonSchema } from '../../../runner/src/config/jsonSchema.js';
import { configSchema } from '../../support/config.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const commands = (await allCommands()).filter(({ hidden }) => hidden !== true);
const anyOption = new Set(commands.flatMap((command) => optionsOf(command).map(({ name }) => name)));

/** Pages that are written by hand, and the configurations of the examples. */
const tracked = execFileSync('git', ['ls-files', '*.md', '*/automation-stack.yml'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !/^CHANGELOG|^docs\/commands\//.test(file));
const pages = tracked.map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** What stands as code: in spans, and in the lines of blocks for the shell. */
function codeOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/```(?:sh|text|console)\n([^]*?)```/g)].flatMap(([, block]) =>
    (block as string).split('\n').map((line) => line.replace(/\s+# .*$/, '')),
  );
  const spans = [...text.replace(/```[^]*?```/g, '').matchAll(/`([^`]+)`/g)].map(
    ([, span]) => span as string,
  );
  return [...blocks, ...spans];
}

const optionsIn = (words: string) =>
  [...words.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g)].map(([, name]) => name as string);

describe('what the pages promise', () => {
  it('is read from the pages', () => expect(pages.length).to.be.greaterThan(30));

  for (const { file, text } of pages) {
    it(`has commands and options that exist: ${file}`, () => {
      const wrong: string[] = [];
      for (const code of codeOf(text)) {
        const [, words] = /(?:node \S*runner|automation-stack) ((?:[a-z]|-C).*)/.exec(code) ?? [];
        if (words === undefined) {
          // A span that is an option by itself is one of ours.
          if (code.startsWith('--')) wrong.push(...optionsIn(code).filter((name) => !anyOption.has(name)));
          continue;
        }
        const [first = '', second = ''] = words.replace(/^(?:-C \S+ )+/, '').split(/\s+/);
        if (!Object.hasOwn(registry, first)) {
          wrong.push(code);
          continue;
        }
        const command =
          commands.find(({ name }) => name === `${first} ${second}`) ??
          commands.find(({ name }) => name === first);
        const known = new Set([
          'help',
          ...(command === undefined ? anyOption : optionsOf(command).map(({ name }) => name)),
        ]);
        const own = words.split(/ [|>&] | && | -- |"\)/)[0] as string;
        wrong.push(...optionsIn(own).filter((name) => !known.has(name)));
      }
      // Options of the programs that this project and its roles call.
      expect(wrong.filter((name) => !['index-url', 'privileged', 'version'].includes(name))).to.deep.equal(
        [],
      );
    });
  }
});

type Part = Readonly<Record<string, unknown>>;

/** Every object within a schema, itself too. */
function* everyPart(schema: unknown): Generator<Part> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield schema as Part;
  for (const part of Object.values(schema)) yield* everyPart(part);
}

/** Schemas of every property of that name. */
function* namedBy(schema: unknown, name: string): Generator<Part> {
  for (const { properties } of everyPart(schema)) {
    const found = (properties as Part | undefined)?.[name];
    if (found !== undefined) yield found as Part;
  }
}

describe('what the pages say of targets', () => {
  const targets = kinds.targets.map(({ name }) => name);
  const wordsOf = (key: string) =>
    [...namedBy(jsonSchema(kinds), key)].flatMap((schema) =>
      [...everyPart(schema)].flatMap((part) =>
        [part['const'], part['enum']].flat().flatMap((word) => (typeof word === 'string' ? [word] : [])),
      ),
    );
  const [strategies, images] = [wordsOf('strategy'), wordsOf('images')];

  it('is held against the schema', () => {
    expect(targets).to.include('ecs-service');
    expect(strategies).to.include('rolling');
    expect(configSchema).not.to.equal(undefined);
  });

  for (const { file, text } of pages) {
    const blocks = file.endsWith('.yml')
      ? [text]
      : [...text.matchAll(/```ya?ml\n([^]*?)```/g)].map(([, block]) => block as string);
    const named = (key: string) =>
      blocks.flatMap((block) =>
        [...block.matchAll(new RegExp(`\\b${key}: ([a-z-]+)`, 'g'))].map(([, value]) => value as string),
      );
    if (named('kind').length + named('strategy').length === 0) continue;
    it(`names kinds and strategies that exist: ${file}`, () => {
      const credentials = ['text', 'file', 'ssh-key', 'password'];
      expect(
        named('kind').filter(
          (kind) => ![...targets, ...strategies, ...images, ...credentials].includes(kind as never),
        ),
      ).to.deep.equal([]);
      expect(named('strategy').filter((strategy) => !strategies.includes(strategy))).to.deep.equal([]);
    });
  }
});

describe('what the pages say that deliveries do', () => {
  /** Words that promise what only a call of AWS can keep. */
  const promises: Readonly<Record<string, RegExp>> = {
    'elasticloadbalancing:ModifyRule':
      /deliver(?:y|ies)(?:'s)?\s[^.|]{0,30}\b(?:moves?|switch(?:es)?)\b[^.|]{0,30}\b(?:rules?|traffic|listeners?|between)\b|(?:rules?|listeners?)\s[^.|]{0,40}\b(?:a|the) delivery (?:moves|switches)/i,
    'ec2:RunInstances': /\bdeliver(?:y|ies)\s(?:that\s)?(?:starts?|makes?|launch(?:es)?|ends?)\b/i,
  };
  const sources = execFileSync(
    'git',
    ['ls-files', '*.md', 'terraform/*.tf', 'examples/*.tf', 'examples/*.yml'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
    .split('\n')
    .filter((file) => file !== '' && file !== 'CHANGELOG.md');

  for (const [call, words] of Object.entries(promises)) {
    it(`is what the runner calls: ${call}`, () => {
      if (Object.hasOwn(calls, call)) return;
      const promised = sources.filter((file) => words.test(readFileSync(join(root, file), 'utf8')));
      expect(promised).to.deep.equal([]);
    });
  }
});
