import { expect } from 'chai';
import fc from 'fast-check';
import type { Config } from '../../../runner/src/config/schema.js';
import { validateConfig } from '../../support/config.js';

const check = (text: string) => validateConfig('automation-stack.yml', text, '/app');
const problems = (text: string) =>
  check(text).issues.map(({ line, column, message }) => `${line}:${column} ${message}`);

/** A configuration with one scalar, or key, at a place of its own line. */
const configuration = (place: string, line: string) =>
  `application: shop
branches:
  ${place === 'branches' ? line : 'main: staging'}
images:
  web:
    repository: shop/web
    build-args:
      ${place === 'build-args' ? line : 'X: x'}
    ${place === 'image' ? line : 'target: x'}
environments:
  staging:
    aws: ${place === 'aws' ? `\n      ${line}` : '{}'}
    inventory:
      user: admin
      ${place === 'inventory' ? line : 'groups: []'}
    infrastructure:
      workspace: staging
      ${place === 'infrastructure' ? line : 'directory: terraform'}
      variables:
        ${place === 'terraform' ? line : 'x: x'}
    provision:
      playbooks: [site.yml]
      vars:
        ${place === 'vars' ? line : 'x: x'}
    variables:
      ${place === 'variables' ? line : 'X: x'}
    targets:
      web:
        kind: ecs-service
        ${place === 'target' ? line : 'service: s'}
        ${place === 'target' && line.startsWith('service') ? 'cluster: c' : place === 'target' && line.startsWith('cluster') ? 'service: s' : 'cluster: c'}
        image: web
        environment:
          ${place === 'environment' ? line : 'X: x'}
notifications:
  slack:
    token: t
    ${place === 'slack' ? line : 'channel: c'}
jenkins:
  agent:
    ${place === 'agent' ? line : 'label: x'}
state:
  ${place === 'state' ? line : 'location: x'}
`;

type Reader = (config: Config) => unknown;
const staging = (config: Config) => config.environments['staging'];
const web = (config: Config) => staging(config)?.targets['web'] as unknown as Record<string, unknown>;
const in_ = (value: unknown, key: string) => (value as Record<string, unknown> | undefined)?.[key];

/** Where the schema wants text: the key, and what the configuration then holds. */
const places: Readonly<Record<string, readonly [key: string, read: Reader]>> = {
  'build-args': ['A', (config) => in_(in_(config.images['web'], 'build-args'), 'A')],
  image: ['target', (config) => in_(config.images['web'], 'target')],
  aws: ['profile', (config) => staging(config)?.aws.profile],
  inventory: ['private-key', (config) => staging(config)?.inventory['private-key']],
  infrastructure: ['ownership', (config) => staging(config)?.infrastructure?.ownership],
  variables: ['A', (config) => staging(config)?.variables['A']],
  target: ['service', (config) => web(config)['service']],
  environment: ['A', (config) => in_(web(config)['environment'], 'A')],
  slack: ['channel', (config) => in_(config.notifications['slack'], 'channel')],
  agent: ['label', (config) => config.jenkins.agent?.label],
  state: ['location', (config) => config.state.location],
};

const notText = [
  ...[
    '3.10',
    '1.0',
    '012345678901',
    '12345e67',
    '1e3',
    '-0',
    '+5',
    '.5',
    '5.',
    '0x1F',
    '0o17',
    '0b1',
    '1_000',
  ],
  ...[
    '12345678901234567890',
    '.inf',
    '-.Inf',
    '.nan',
    'true',
    'True',
    'FALSE',
    'yes',
    'no',
    'on',
    'Off',
    'y',
  ],
  ...[
    'null',
    'Null',
    '~',
    '2024-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '1:30',
    '190:20:30',
    '=',
    '00',
    '1e400',
  ],
];
const plain = fc.oneof(
  fc.constantFrom(...notText),
  fc.stringMatching(/^[+-]?\d{1,25}(\.\d{0,25})?([eE][+-]?\d{1,3})?$/),
  fc.stringMatching(/^0[xob][0-9a-fA-F_]{1,12}$/),
  fc.stringMatching(/^[A-Za-z0-9._+~/][A-Za-z0-9._+~/@%^()-]{0,14}$/),
);
const isRefused = (text: string, place: string) => {
  const [first] = check(configuration(place, text)).issues;
  return first !== undefined && configuration(place, text).split('\n')[first.line - 1]?.trim() === text;
};

describe('scalars that are written without quotes', () => {
  for (const [place, [key, read]] of Object.entries(places)) {
    it(`are the text that was typed in ${place}.${key}, or refused with their line`, () => {
      fc.assert(
        fc.property(plain, (text) => {
          const { config } = check(configuration(place, `${key}: ${text}`));
          if (config === undefined) expect(isRefused(`${key}: ${text}`, place), text).to.equal(true);
          else expect(read(config)).to.equal(text);
        }),
        { numRuns: 30 },
      );
    });
  }

  it('are the text that was typed where they are names: of branches and of variables', () => {
    for (const text of notText.filter((word) => word !== '~' && word !== '=')) {
      const { config, issues } = check(configuration('branches', `${text}: staging`));
      expect(issues, text).to.deep.equal([]);
      expect(Object.keys(config?.branches ?? {})).to.deep.equal([text]);
    }
    expect(
      Object.keys(web(check(configuration('environment', '1.10: x')).config as Config)['environment'] ?? {}),
    ).to.deep.equal(['1.10']);
  });

  it('are names apart where they read as the same number, and refused where they are the same name', () => {
    const both = check(configuration('branches', '1.10: staging\n  1.1: staging'));
    expect(Object.keys(both.config?.branches ?? {})).to.deep.equal(['1.10', '1.1']);
    expect(problems(configuration('branches', '1.10: staging\n  "1.10": staging'))).to.deep.equal([
      '4:3 keys must be unique: "1.10" is given twice',
    ]);
  });

  it('are an account id, whatever it begins with', () => {
    const { config } = check(configuration('aws', 'account: 012345678901'));
    expect(staging(config as Config)?.aws.account).to.equal('012345678901');
  });

  for (const place of ['vars', 'terraform']) {
    it(`lose no digit in ${place === 'vars' ? 'variables of Ansible' : 'variables of Terraform'}`, () => {
      fc.assert(
        fc.property(plain, (text) => {
          const { config } = check(configuration(place, `a: ${text}`));
          const { provision, infrastructure } = staging(config as Config) ?? {};
          const value = in_(place === 'vars' ? provision?.vars : infrastructure?.variables, 'a');
          if (typeof value === 'boolean') expect(String(value)).to.equal(text.toLowerCase());
          else if (value === null) expect(text).to.match(/^(?:null|Null|NULL|~)$/);
          else expect(JSON.stringify(value).replace(/^"|"$/g, '')).to.equal(text);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('stay numbers in variables where nothing is lost', () => {
    const { config } = check(configuration('vars', 'a: [1, 2.5, -3, true, 3.10, 0644]'));
    expect(staging(config as Config)?.provision?.vars['a']).to.deep.equal([1, 2.5, -3, true, '3.10', '0644']);
  });

  it('are refused where a number is meant and they are written oddly', () => {
    for (const odd of ['0x4', '0o7', '04', '4e0', '+4', '.inf', '"4"', 'four', '4_0', 'true', '~']) {
      expect(problems(`concurrency: ${odd}\n${configuration('', '')}`)[0], odd).to.match(
        /^1:14 concurrency: /,
      );
    }
    expect(check(`concurrency: 4\n${configuration('', '')}`).config?.concurrency).to.equal(4);
  });

  it('are no duration without a unit, and none that a timer cannot count', () => {
    for (const odd of ['10', '1e3s', '1.5', '-5s', '10 s', '25d', '999999999999h']) {
      expect(problems(configuration('target', `timeout: ${odd}\n        service: s`))[0], odd).to.match(
        /^\d+:18 .*timeout: must be /,
      );
    }
  });
});

describe('what YAML has beside scalars', () => {
  const issue = (text: string) => problems(text)[0];

  it('is followed: aliases keep what was typed, and merge keys bring entries', () => {
    const { config, issues } = check(
      configuration(
        'environment',
        'A: &version 3.10\n          B: *version\n          <<: { A: 1.0, C: 2.0 }',
      ),
    );
    expect(issues).to.deep.equal([]);
    expect(web(config as Config)['environment']).to.deep.equal({ A: '3.10', B: '3.10', C: '2.0' });
  });

  it('points into what a merge key brought', () => {
    expect(issue(configuration('agent', '<<: &a { lable: x }'))).to.match(/^\d+:14 unknown key "lable"/);
  });

  it('is refused with its place where it stands for nothing, for itself or for too much', () => {
    expect(issue('application: *app\n')).to.match(/^1:14 there is no anchor &app above/);
    expect(issue('environments: &a { staging: *a }\n')).to.match(/^1:29 \*a refers to itself/);
    expect(issue('environments: &a { <<: *a }\n')).to.match(/^1:24 \*a refers to itself/);
    expect(issue('environments: { <<: 5 }\n')).to.match(/^1:21 `<<` takes a map/);
    const doubling = (entry: (below: string) => string) =>
      [
        'a0: &a0 { x: 1 }',
        ...Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} ${entry(`*a${at}`)}`),
      ].join('\n');
    expect(problems(doubling((below) => `[${below}, ${below}]`)).join()).to.contain('too many values');
    expect(problems(doubling((below) => `{ <<: [${below}, ${below}] }`)).join()).to.contain(
      'too many values',
    );
    expect(issue(`application: ${'['.repeat(150)}${']'.repeat(150)}`)).to.contain('nested too deeply');
    expect(issue(`application: ${'['.repeat(20_000)}`)).to.contain('nested too deeply');
    expect(issue('x'.repeat(2_000_000))).to.contain('larger than 1 MiB');
  });

  it('is refused with its place where nothing can be made of it', () => {
    expect(issue('application: !secret app\n')).to.match(/^1:14 .*!secret/);
    expect(issue('application: a\n---\napplication: b\n')).to.match(/^2:1 a second document/);
    expect(issue('environments:\n\tstaging: {}\n')).to.match(/^2:1 .*[Tt]ab/);
    expect(issue('? [a, b]\n: c\n')).to.match(/^1:3 a key must be text/);
    expect(issue('application: a\n: c\n')).to.match(/^2:1 a key must not be empty/);
    expect(issue('__proto__: {}\n')).to.match(/^1:1 "__proto__" cannot be a key/);
    expect(issue('application: "a\\0b"\n')).to.match(/^1:14 .*an invalid character/);
    expect(issue('application: "\\uD800"\n')).to.match(/^1:14 .*an invalid character/);
  });

  it('is text where it says so', () => {
    const { config } = check(
      configuration('environment', 'A: !!str 3.10\n          B: |\n            1.0\n          C: ""'),
    );
    expect(web(config as Config)['environment']).to.deep.equal({ A: '3.10', B: '1.0\n', C: '' });
  });

  it('is no name of an environment where it is a property of every object', () => {
    expect(issue('application: a\nenvironments: { staging: { extends: toString } }\n')).to.match(
      /^2:37 environment "toString" is not defined here/,
    );
  });
});
