import { expect } from 'chai';
import { composeServices } from '../../../../runner/src/starter/rules/compose.js';
import { finding, projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const services = (files: Tree) => finding((note) => composeServices(projectOf(files), note));
/** The one service of a compose file that stands beside a Dockerfile. */
const service = (fields: string) =>
  services({ 'compose.yml': `services: { api: { ${fields} } }`, Dockerfile: '' });

describe('the compose file that is read', () => {
  const order = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
  for (const [index, file] of order.entries())
    it(`is ${file} before ${order.slice(index + 1).join(', ') || 'overrides'}`, () => {
      const files = Object.fromEntries(
        [...order.slice(index), 'docker-compose.override.yml'].map((name) => [
          `app/${name}`,
          `services: { api: { build: . } }`,
        ]),
      );
      const { found, notes } = services({ ...files, 'app/Dockerfile': '' });
      expect(found.map((one) => one.file)).to.deep.equal([`app/${file}`]);
      expect(notes).to.contain('app/docker-compose.override.yml').and.not.to.contain(`app/${file},`);
    });

  it('is one in each directory', () => {
    const { found, notes } = services({
      'a/compose.yml': 'services: { a: { build: . } }',
      'a/Dockerfile': '',
      'b/docker-compose.yml': 'services: { b: { build: . } }',
      'b/Dockerfile': '',
    });
    expect(found.map(({ name, context, dockerfile }) => [name, context, dockerfile])).to.deep.equal([
      ['a', 'a', 'a/Dockerfile'],
      ['b', 'b', 'b/Dockerfile'],
    ]);
    expect(notes).to.equal('');
  });

  it('is told with its fault where it is broken', () =>
    expect(services({ 'compose.yml': 'a: [' }).notes).to.match(/^compose\.yml is not read: [^\n]+$/));

  it('may hold nothing', () => {
    for (const text of [
      '',
      '[]',
      'services:',
      'services: []',
      'services: { a: }',
      'services: { a: { image: 1 } }',
    ])
      expect(services({ 'compose.yml': text }), text).to.deep.equal({ found: [], notes: '' });
  });

  it('may merge what its services share', () => {
    const text = 'x-base: &base { build: ., expose: [80] }\nservices: { api: { <<: *base } }\n';
    expect(services({ 'compose.yml': text, Dockerfile: '' }).found[0]).to.deep.include({
      name: 'api',
      ports: [80],
    });
  });
});

describe('a service of a compose file', () => {
  it('that is an image of others is told', () => {
    const one = services({ 'compose.yml': 'services: { db: { image: "postgres:16" } }' });
    expect(one.notes).to.contain('db (postgres:16) is an image of others');
    const two = services({ 'compose.yml': 'services: { db: { image: a, build: null }, mq: { image: b } }' });
    expect(two.notes).to.contain('db (a) and mq (b) are images of others');
  });

  const leftOut: readonly (readonly [string, string, string])[] = [
    ['is for tests by its name', 'tests: { build: . }', 'tests is left out, because its name'],
    ['is for development by its name', 'dev: { build: . }', 'dev is left out, because its name'],
    ['is built from a URL', 'api: { build: "https://x/y.git" }', 'https://x/y.git is not a directory here'],
    [
      'is built from git',
      'api: { build: { context: "git@x:y.git" } }',
      'git@x:y.git is not a directory here',
    ],
    ['is built from a variable', 'api: { build: "$WHERE" }', '$WHERE is not a directory here'],
    [
      'has its Dockerfile within',
      'api: { build: { dockerfile_inline: "FROM x" } }',
      'inline in the compose file',
    ],
    ['has no Dockerfile', 'api: { build: elsewhere }', 'there is no elsewhere/Dockerfile'],
  ];
  for (const [what, text, told] of leftOut)
    it(`is left out where it ${what}`, () => {
      const { found, notes } = services({ 'compose.yml': `services: { ${text} }`, Dockerfile: '' });
      expect(found).to.deep.equal([]);
      expect(notes).to.contain(told);
    });

  it('is delivered where its name only begins or ends like one for tests', () => {
    for (const name of ['test-results', 'my-tests', 'developer']) {
      const { found } = services({ 'compose.yml': `services: { ${name}: { build: . } }`, Dockerfile: '' });
      expect(found[0]?.name).to.equal(name);
    }
  });

  const builds: readonly (readonly [string, object])[] = [
    ['.', { context: 'app', dockerfile: 'app/Dockerfile' }],
    ['./sub/', { context: 'app/sub', dockerfile: 'app/sub/Dockerfile' }],
    ['..', { context: '.', dockerfile: 'Dockerfile' }],
    ['${WHERE:-sub}', { context: 'app/sub', dockerfile: 'app/sub/Dockerfile' }],
    ['{ context: .., dockerfile: app/sub/Dockerfile }', { context: '.', dockerfile: 'app/sub/Dockerfile' }],
    [
      '{ dockerfile: sub/Dockerfile, target: run }',
      { context: 'app', dockerfile: 'app/sub/Dockerfile', target: 'run' },
    ],
    ['{ target: "${STAGE:-run}" }', { target: 'run' }],
    ['{ target: 1 }', { context: 'app' }],
  ];
  for (const [build, expected] of builds)
    it(`is built from ${build}, seen from its file`, () => {
      const { found } = services({
        'app/compose.yml': `services:\n  api:\n    build: ${build}\n`,
        'app/Dockerfile': '',
        'app/sub/Dockerfile': '',
        Dockerfile: '',
      });
      expect(found[0]).to.deep.include(expected);
      if (!('target' in expected)) expect(found[0]).not.to.have.property('target');
    });

  const ports: readonly (readonly [string, readonly number[], number | undefined])[] = [
    ['ports: ["8080:80"]', [80], 8080],
    ['ports: ["127.0.0.1:8080:80/tcp"]', [80], 8080],
    ['ports: [80]', [80], undefined],
    ['ports: ["80"]', [80], undefined],
    ['ports: ["127.0.0.1::80"]', [80], undefined],
    ['ports: ["53:53/udp", "81:80"]', [80], 81],
    ['ports: ["80", "81:82"]', [80, 82], 81],
    ['ports: [{ target: 80, published: 8080 }]', [80], 8080],
    ['ports: [{ target: 80, published: "8080" }]', [80], 8080],
    ['ports: [{ target: 80 }]', [80], undefined],
    ['ports: [{ published: 8080 }, null]', [], undefined],
    ['ports: ["${PORT:-8080}:80"]', [80], 8080],
    ['ports: ["${PORT-8080}:80"]', [80], 8080],
    ['ports: ["${PORT}:80"]', [80], undefined],
    ['ports: ["8000-8010:80-90"]', [], undefined],
    ['ports: ["a80", "80b"]', [], undefined],
    ['ports: ["70000", "0", "65535"]', [65535], undefined],
    ['expose: ["3000", 3001]', [3000, 3001], undefined],
    ['ports: ["1:2"], expose: ["3"]', [2, 3], 1],
    ['ports: 80, expose: 81', [], undefined],
    ['restart: always', [], undefined],
  ];
  for (const [fields, inside, published] of ports)
    it(`has the ports ${inside.join(', ') || 'none'} of ${fields}`, () => {
      const [found] = service(`build: ., ${fields}`).found;
      expect(found?.ports).to.deep.equal(inside);
      expect(found?.published).to.equal(published);
      if (published === undefined) expect(found).not.to.have.property('published');
    });

  it('has the path of its health check, written as a text or a list', () => {
    const path = (check: string) => service(`build: ., healthcheck: { test: ${check} }`).found[0]?.healthPath;
    expect(path('"curl http://localhost/a"')).to.equal('/a');
    expect(path('["CMD", "curl", "http://localhost/a"]')).to.equal('/a');
    expect(path('["CMD", "true"]')).to.equal(undefined);
    expect(service('build: .').found[0]).not.to.have.property('healthPath');
  });

  it('tells whether it runs something else than its image', () => {
    const is = (fields: string) => service(`build: ., ${fields}`).found[0]?.hasCommand;
    expect([is('command: x'), is('entrypoint: x'), is('restart: always')]).to.deep.equal([true, true, false]);
  });

  const args: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    ['{ A: b }', { A: 'b' }, []],
    ['{ A: 1, B: true }', { A: '1', B: 'true' }, []],
    ['{ A: null }', { A: '${env:A:-}' }, []],
    ['[A, B=c, "D=e=f", "=x"]', { A: '${env:A:-}', B: 'c', D: 'e=f' }, []],
    ['["A="]', { A: '' }, []],
    ['{ A: "x${B}y$C" }', { A: 'x${env:B:-}y${env:C:-}' }, []],
    ['{ A: "${B:-1}${C-2}${D:?no}${E?no}" }', { A: '${env:B:-1}${env:C:-2}${env:D:-}${env:E:-}' }, []],
    ['{ A: "costs $$5 and $$B" }', { A: 'costs $5 and $B' }, []],
    ['{ API_TOKEN: abc, A: b }', { API_TOKEN: '${env:API_TOKEN:-}', A: 'b' }, ['API_TOKEN']],
    ['{ db_password: "" }', { db_password: '' }, []],
    ['{ DB_PASSWORD: "$DB" }', { DB_PASSWORD: '${env:DB:-}' }, []],
    ['{ SECRET: null, PRIVATE_KEY: 5 }', { SECRET: '${env:SECRET:-}', PRIVATE_KEY: '5' }, []],
  ];
  for (const [given, expected, hidden] of args)
    it(`takes the build arguments ${given}, and no value that looks like a secret`, () => {
      const [found] = services({
        'compose.yml': `services:\n  api:\n    build:\n      args: ${given}\n`,
        Dockerfile: '',
      }).found;
      expect(found).to.deep.include({ args: expected, hidden });
    });
});
