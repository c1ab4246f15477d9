import { expect } from 'chai';
import { schemaIssues } from '../../../runner/src/config/schemaIssues.js';
import { branchRules, credentialVariables } from '../../../runner/src/config/branchRules.js';
import type { Config } from '../../../runner/src/config/schema.js';
import { kinds } from '../../../runner/src/kinds.js';
import { configSchema, validateConfig } from '../../support/config.js';
import { isSecretPlace, placedTexts } from '../../../runner/src/config/secretPlaces.js';
import { parseYaml } from '../../../runner/src/config/source.js';
import { settled, RawConfig } from '../../../runner/src/config/rawConfig.js';

const config = (text: string) => validateConfig('a.yml', `application: shop\n${text}`, '/w');

describe('a YAML text', () => {
  const source = (text: string) => parseYaml('a.yml', text);
  const messages = (text: string) =>
    source(text).issues.map(({ line, column, message }) => `${line}:${column} ${message}`);

  it('knows where each value and each key stands, and the nearest where there is none', () => {
    const yaml = source('a:\n  b: [x, "y z"]\nc: 5\n');
    expect(yaml.value).to.deep.include({ a: { b: ['x', 'y z'] } });
    expect(yaml.position(['a', 'b'])).to.deep.equal({ line: 2, column: 6 });
    expect(yaml.position(['a', 'b'], 'key')).to.deep.equal({ line: 2, column: 3 });
    expect(yaml.position(['a', 'b', 1])).to.deep.equal({ line: 2, column: 10 });
    expect(yaml.position(['a', 'b', 1], 'value', 'z')).to.deep.equal({ line: 2, column: 13 });
    expect(yaml.position(['a', 'b', 1], 'value', 'c')).to.deep.equal({ line: 2, column: 10 });
    expect(yaml.position(['a', 'z'], 'key')).to.deep.equal({ line: 2, column: 3 });
    expect(yaml.position(['z'])).to.deep.equal({ line: 1, column: 1 });
    expect([yaml.has([]), yaml.has(['a', 'b', 1]), yaml.has(['a', 'b', 2]), yaml.has(['z'])]).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is empty where there is nothing, and begins at its beginning', () => {
    const yaml = source('');
    expect(yaml.value).to.equal(null);
    expect(yaml.issues).to.deep.equal([]);
    expect(yaml.position([])).to.deep.equal({ line: 1, column: 1 });
  });

  it('has a place also where it was refused unread', () => {
    const yaml = source(`a: ${'x'.repeat(1024 * 1024)}`);
    expect(yaml.issues).to.deep.equal([
      { message: 'is larger than 1 MiB: this is not a configuration', path: [], line: 1, column: 1 },
    ]);
    expect(yaml.position(['a'])).to.deep.equal({ line: 1, column: 1 });
    expect(yaml.has(['a'])).to.equal(false);
    expect(messages(`a: ${'x'.repeat(1024 * 1024 - 3)}`)).to.deep.equal([]);
  });

  it('is refused before it is parsed where it opens more than anybody writes', () => {
    expect(messages(`a: ${'['.repeat(501)}`)).to.deep.equal(['1:1 is nested too deeply']);
    expect(messages(`a: ${'{'.repeat(501)}`)).to.deep.equal(['1:1 is nested too deeply']);
    expect(messages(`${'- '.repeat(500)}x`)).to.deep.equal(['1:1 is nested too deeply']);
    expect(messages(`a: "${'[]{}'.repeat(600)}"`)).to.deep.equal([]);
  });

  it('has a hundred levels at most', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(messages(nested(101))).to.deep.equal([]);
    expect(messages(nested(102))).to.deep.equal(['1:102 is nested too deeply']);
  });

  it('has ten thousand values at most', () => {
    const list = (count: number) => `[${Array.from({ length: count }, () => 'x').join(', ')}]`;
    expect(messages(list(9_999))).to.deep.equal([]);
    expect(messages(list(10_000)).join()).to.match(/^1:\d+ holds too many values, aliases followed$/);
  });

  it('lets an anchor be given again, and an alias mean the one above it', () => {
    expect(source('a: &x 1a\nb: *x\nc: &x 2a\nd: *x\n').value).to.deep.equal({
      a: '1a',
      b: '1a',
      c: '2a',
      d: '2a',
    });
  });

  it('takes `<<` as a name where it is quoted', () => {
    expect(source('"<<": { a: b }\n').value).to.deep.equal({ '<<': { a: 'b' } });
  });

  it('lets an entry of the map itself go before a merged one, and the first of two merged ones', () => {
    const text = 'x: &x { a: x, b: x }\ny: &y { b: y, c: y }\nz: { c: own, <<: [*x, *y], a: own }\n';
    expect(source(text).issues).to.deep.equal([]);
    expect((source(text).value as { z: unknown }).z).to.deep.equal({ c: 'own', a: 'own', b: 'x' });
  });

  it('tells of a key that is a half character, and of a value that is one', () => {
    expect(messages('"\\uD800": a\n')).to.deep.equal(['1:1 a key contains an invalid character']);
  });
});

describe('a scalar that was written without quotes', () => {
  it('is a plain number in plain digits alone', () => {
    const plain = (text: string, value: unknown = Number(text)) => new RawConfig(text, value).isPlainNumber;
    for (const text of ['0', '80', '-1', '1.50', '10.25']) expect(plain(text), text).to.equal(true);
    for (const text of ['007', '1e3', '0x1F', '+1', '1.', '.5', '1.x', '1_000'])
      expect(plain(text, 1), text).to.equal(false);
    expect(plain('80', '80')).to.equal(false);
  });

  it('is settled where anything may stand, deep in lists and maps', () => {
    expect(
      settled({
        a: [new RawConfig('1', 1), new RawConfig('1.0', 1), new RawConfig('yes', true)],
        b: { c: new RawConfig('0644', 420), d: null, e: 'x' },
        f: new RawConfig('.x', undefined),
      }),
    ).to.deep.equal({ a: [1, '1.0', true], b: { c: '0644', d: null, e: 'x' }, f: '.x' });
  });

  it('is what it reads as where neither a text nor a number belongs', () => {
    const read = (written: RawConfig) =>
      schemaIssues(configSchema, { application: 'a', environments: { s: { provision: written } } }).value as {
        environments: { s: { provision: unknown } };
      };
    expect(read(new RawConfig('5', 5)).environments.s.provision).to.equal(5);
    expect(read(new RawConfig('5.0', 5)).environments.s.provision).to.equal('5.0');
  });

  it('is true or false where that belongs', () => {
    const { config: found } = config(
      'environments: { staging: {} }\nnotifications: { github: { token: x, status: false, comment: True } }\n',
    );
    expect(found?.notifications.github).to.deep.include({ status: false, comment: true });
  });
});

describe('a command of the configuration', () => {
  const test = (words: string) =>
    config(`images: { web: { repository: r, test: ${words} } }\nenvironments: { staging: {} }\n`);
  const command = (words: string) => test(words).config?.images['web']?.test;

  it('is cut at white space, however much', () => {
    expect(command("'  a   b '")).to.deep.equal(['a', 'b']);
    expect(command("['a b', c]")).to.deep.equal(['a b', 'c']);
  });

  for (const shell of ['a && b', 'a || b', 'a | b', 'a ; b', 'a > b', 'a < b', 'a >> b'])
    it(`is run without a shell: ${shell}`, () => {
      expect(test(`'${shell}'`).issues[0]?.message).to.contain('without a shell');
    });

  it('may hold the marks of a shell inside of a word', () => {
    expect(command('[a, "x&&y", "x|y", "a>b", "&&x", "||x"]')).to.deep.equal([
      'a',
      'x&&y',
      'x|y',
      'a>b',
      '&&x',
      '||x',
    ]);
  });

  it('is a list where a word holds a quote', () => {
    expect(test(`'a "b c"'`).issues[0]?.message).to.contain('write a list if a word');
    expect(test(`'a b\\c'`).issues[0]?.message).to.contain('write a list if a word');
  });
});

describe('the limits of a setting', () => {
  const aws = (duration: string) =>
    config(
      `environments: { staging: { aws: { role: 'arn:aws:iam::222222222222:role/d', session-duration: ${duration} } } }\n`,
    ).issues.length;

  it('are within it', () => {
    expect(['15m', '12h', '14m59s', '12h1s'].map(aws)).to.deep.equal([0, 0, 1, 1]);
  });

  it('are one place for stages: a pod, or an agent by its label or image', () => {
    const agent = (settings: string) =>
      config(`environments: { staging: {} }\njenkins: { agent: { ${settings} } }\n`).issues.length;
    expect(agent('pod-template: p.yml')).to.equal(0);
    expect(agent('label: l, image: i')).to.equal(0);
    for (const both of ['pod-template: p.yml, label: l', 'pod-template: p.yml, image: i'])
      expect(agent(both)).to.equal(1);
  });
});

describe('the branches of a configuration', () => {
  const rules = (text: string) => branchRules(config(text).config as Config);

  it('are those that it names, or the usual ones that lead to an environment that is there', () => {
    expect(rules('environments: { qa: {} }\nbranches: { trunk: qa }\n')).to.deep.equal({ trunk: 'qa' });
    const usual = Object.entries(rules('environments: { staging: {} }\n'));
    expect(usual).not.to.deep.equal([]);
    for (const [, environment] of usual) expect(environment).to.equal('staging');
    expect(rules('environments: { qa: {} }\n')).to.deep.equal({});
  });
});

describe('the variables that Jenkins has to bind', () => {
  const { config: found } = config(
    'environments: { staging: {} }\njenkins: { credentials: { PLACE: some-id } }\n',
  );
  const variables = (text: string) => credentialVariables(found as Config, text);

  it('are secrets by where they are looked up, by their name, or by what Jenkins is told', () => {
    expect(
      variables('${env:API_TOKEN} ${env:API_TOKEN} ${secret-env:WORD} ${env:REGION} ${env:PLACE}'),
    ).to.deep.equal(['API_TOKEN', 'WORD', 'PLACE']);
  });

  it('are none where there is a default, or where somebody else is asked', () => {
    expect(variables('${env:API_TOKEN:-x} ${secret-env:WORD:-} ${ssm:/TOKEN} ${output:TOKEN}')).to.deep.equal(
      [],
    );
    expect(variables('${env:PLACE:-x}')).to.deep.equal(['PLACE']);
  });
});

describe('where a secret belongs', () => {
  it('is told by the schema, or by the name that somebody gave', () => {
    expect(isSecretPlace(['notifications', 'slack', 'token'], kinds)).to.equal(true);
    expect(isSecretPlace(['notifications', 'slack', 'channel'], kinds)).to.equal(false);
    expect(isSecretPlace(['notifications', 'slack', 'token', 'more'], kinds)).to.equal(false);
    expect(isSecretPlace(['images', 'any', 'secrets', 'NAME'], kinds)).to.equal(true);
    expect(isSecretPlace(['environments', 'any', 'variables', 'DB_PASSWORD'], kinds)).to.equal(true);
    expect(isSecretPlace(['environments', 'any', 'variables', 'db', 'password', 0], kinds)).to.equal(true);
    expect(isSecretPlace(['environments', 'password', 'variables', 'HOST'], kinds)).to.equal(false);
    expect(isSecretPlace(['environments', 'any', 'password'], kinds)).to.equal(false);
  });

  it('is told of each text of a configuration, and of nothing else', () => {
    expect(placedTexts({ a: ['x', 5, null], notifications: { slack: { token: 't' } } }, kinds)).to.deep.equal(
      [
        { path: ['a', '0'], text: 'x', isSecret: false },
        { path: ['notifications', 'slack', 'token'], text: 't', isSecret: true },
      ],
    );
  });
});
