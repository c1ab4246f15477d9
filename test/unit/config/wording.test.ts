import { expect } from 'chai';
import { invalidConfig } from '../../../runner/src/config/load.js';
import { validateConfig } from '../../support/config.js';

const problems = (text: string) =>
  validateConfig('automation-stack.yml', text, '/app').issues.map(
    (issue) => `${issue.line}:${issue.column} ${issue.message}`,
  );
const staging = (block: string) =>
  `application: shop\nimages: { web: { repository: r } }\nenvironments:\n  staging: ${block}\n`;
const fleet = (more: string) =>
  staging(`{ targets: { web: { kind: fleet, group: g, image: web, ${more} } } }`);
const slack = (more: string) => `${staging('{}')}notifications:\n  slack: { token: x, ${more} }\n`;

describe('a value of the wrong type', () => {
  for (const [value, got] of [
    ['[a]', 'a list'],
    ['{ a: b }', 'a map'],
    ['', 'nothing: quote a text that is null, or begins with #'],
  ] as const)
    it(`is called what it is where a text is meant: ${got}`, () => {
      expect(problems(`application: ${value}\nenvironments: {}\n`).join()).to.contain(
        `application: must be a text, not ${got}`,
      );
    });

  it('is quoted as it is where it is no list, map or nothing', () => {
    expect(problems(fleet('health: 5'))).to.deep.equal([
      '4:75 environments.staging.targets.web.health: must be a map, not 5',
    ]);
    expect(problems(slack('channel: x, on: strat'))).to.deep.equal([
      '6:38 notifications.slack.on: must be a list, not "strat"',
    ]);
  });

  it('is told to be quoted only where it is nothing and a text is meant', () => {
    expect(problems('application: shop\nenvironments:\n')).to.deep.equal([
      '2:14 environments: must be a map, not nothing',
    ]);
    expect(problems(`application: shop\nenvironments: { staging: {} }\nversion: []\n`).join()).not.to.contain(
      'quote',
    );
  });

  it('is of the file where that is no map', () => {
    expect(problems('[]')).to.deep.equal(['1:1 the file: must be a map, not a list']);
  });

  it('names each type where several will do and it is of none', () => {
    expect(problems(fleet('batch: [1]'))).to.deep.equal([
      '4:74 environments.staging.targets.web.batch: must be a number, not a list or must be a text, not a list',
    ]);
  });
});

describe('a value of one of several types', () => {
  it('is judged as the type that it is of', () => {
    expect(problems(fleet('batch: 200%'))).to.deep.equal([
      '4:74 environments.staging.targets.web.batch: must be a number or a percentage',
    ]);
    expect(problems(slack('channel: { staging: { a: b } }'))).to.deep.equal([
      '6:42 notifications.slack.channel.staging: must be a text, not a map',
    ]);
  });

  it('is told what is wrong at its own place inside of it', () => {
    const test = (words: string) =>
      problems(
        `application: shop\nimages: { web: { repository: r, test: ${words} } }\nenvironments: { staging: {} }\n`,
      );
    expect(test('{ command: x, on: hots }')).to.deep.equal([
      '2:57 images.web.test.on: must be image | host, not "hots". Did you mean "host"?',
    ]);
    expect(test('[a, ""]')).to.deep.equal(['2:43 images.web.test.1: must not be empty']);
    expect(test('{ comand: x }')).to.deep.equal([
      '2:41 unknown key "comand" in images.web.test. Did you mean "command"?',
    ]);
  });
});

describe('a value that is none of the known ones', () => {
  it('is told them, with the nearest where one is near', () => {
    expect(problems(slack('channel: x, on: [statr]'))).to.deep.equal([
      '6:39 notifications.slack.on.0: must be start | stage | failure | end, not "statr". Did you mean "start"?',
    ]);
    expect(problems(slack('channel: x, on: [7]'))).to.deep.equal([
      '6:39 notifications.slack.on.0: must be start | stage | failure | end, not "7".',
    ]);
    expect(problems(slack('channel: x, on: [[]]'))).to.deep.equal([
      '6:39 notifications.slack.on.0: must be start | stage | failure | end, not [].',
    ]);
  });

  it('is told the kinds where it is the kind of a target', () => {
    expect(problems(staging('{ targets: { web: { kind: flet, group: g, image: web } } }'))).to.deep.equal([
      '4:38 environments.staging.targets.web.kind: must have a kind: ecs-service | fleet | instances',
    ]);
  });

  it('is told what a name must be, by the name and not by its place', () => {
    expect(problems('application: shop\nenvironments: { Staging: {} }\n')).to.deep.equal([
      '2:26 environments.Staging: "Staging" is not a valid name: it must be lower-case letters, digits and dashes, starting with a letter',
    ]);
  });
});

describe('an unknown key', () => {
  it('is told all keys of its place where none is near', () => {
    expect(problems(`${staging('{}')}qqqq: 4\n`)).to.deep.equal([
      '5:1 unknown key "qqqq" in the file. Known here: application, version, branches, release, needs, images, artifacts, environments, stages, people, notifications, state, retention, jenkins, concurrency.',
    ]);
  });

  it('is compared with the keys of its kind alone', () => {
    expect(problems(fleet('zzzz: 1')).join())
      .to.contain('container-port')
      .and.not.to.contain('cluster');
    const service =
      '{ targets: { web: { kind: ecs-service, cluster: c, service: s, image: web, zzzz: 1 } } }';
    expect(problems(staging(service)).join())
      .to.contain('cluster')
      .and.not.to.contain('container-port');
  });

  it('is one mistake where it is a required key, mistyped', () => {
    expect(problems('applicaton: shop\nenvironments: { staging: {} }\n')).to.deep.equal([
      '1:1 unknown key "applicaton" in the file. Did you mean "application"?',
    ]);
  });

  it('hides no other mistake of its place', () => {
    expect(
      problems('qqqq: shop\nenvironments: { staging: {} }\n').map((line) => line.slice(0, 40)),
    ).to.include('1:1 application: is required');
  });
});

describe('mistakes together', () => {
  it('stand in the order of the text, within a line too', () => {
    expect(
      problems(fleet('max-failed: -1, drain: x, port: 0')).map((line) => line.split(' ')[0]),
    ).to.deep.equal(['4:79', '4:90', '4:99']);
  });

  it('say once what was refused as it was read', () => {
    expect(problems(`concurrency: 0x4\n${staging('{}')}`)).to.deep.equal([
      '1:14 concurrency: must be a number in plain digits, such as 80, not 0x4',
    ]);
  });

  it('quote no more of a long value than helps', () => {
    const found = problems(slack(`channel: x, on: ${'x'.repeat(1000)}`))[0] as string;
    expect(found)
      .to.match(/x…$/)
      .and.to.have.lengthOf('6:38 '.length + 401);
    const short = problems(slack(`channel: x, on: ${'x'.repeat(300)}`))[0] as string;
    expect(short).to.match(/x"$/);
  });

  it('are counted in the failure, which points at the first', () => {
    const failure = (text: string) => invalidConfig('a.yml', validateConfig('a.yml', text, '/app').issues);
    expect(failure('application: 7up\n')).to.include({ message: 'a.yml has 2 errors' });
    expect(failure('application: shop\nenvironments: { staging: { url: 5, provision: {} } }\n')).to.include({
      message: 'a.yml has 1 error',
      where: 'a.yml:2:47',
    });
  });

  it('have a place also in what is no YAML', () => {
    const { locate, issues } = validateConfig('a.yml', 'application: [\n', '/app');
    expect(issues).not.to.deep.equal([]);
    expect(locate(['application'], 'is none')).to.deep.include({
      message: 'is none',
      path: ['application'],
      line: 1,
    });
  });
});
