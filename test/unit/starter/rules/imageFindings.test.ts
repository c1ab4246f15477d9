import { expect } from 'chai';
import { findImages } from '../../../../runner/src/starter/rules/imageFindings.js';
import { finding, projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const web = 'FROM x\nEXPOSE 80\n';
const find = (files: Tree) => {
  const { found, notes } = finding((note) => findImages(projectOf(files), note));
  return { ...found, notes };
};
const names = (...paths: readonly string[]) =>
  find(Object.fromEntries(paths.map((path) => [path, web]))).images.map(({ name }) => name);
const only = (files: Tree) => find(files).images[0];

describe('the Dockerfiles that make an image', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'are called Dockerfile or Containerfile',
      ['a/Dockerfile', 'b/Containerfile', 'c/dockerfile', 'd/Dockerfiles', 'e/myDockerfile'],
      ['a', 'b', 'c'],
    ],
    [
      'may have a word after or before',
      ['Dockerfile.api', 'web.Dockerfile', 'Dockerfile-jobs', 'x.containerfile'],
      ['jobs', 'api', 'web', 'x'],
    ],
    [
      'are in order of depth, then of name',
      ['c/d/Dockerfile', 'b/Dockerfile', 'a/Dockerfile'],
      ['a', 'b', 'd'],
    ],
    ['are the shallow ones first, whatever they are called', ['a/b/Dockerfile', 'z/Dockerfile'], ['z', 'b']],
    ['are called web at the top', ['Dockerfile', 'api/Dockerfile'], ['web', 'api']],
    ['are called web in app alone', ['app/Dockerfile', 'zoo/Dockerfile'], ['web', 'zoo']],
    ['are called by app where it is not the first', ['a/Dockerfile', 'app/Dockerfile'], ['a', 'app']],
    [
      'are told apart where folders are called alike',
      ['a/api/Dockerfile', 'b/api/Dockerfile'],
      ['api', 'api-2'],
    ],
    ['are not those for production beside plain ones', ['Dockerfile', 'Dockerfile.prod'], ['web']],
    [
      'are both where the one for production is elsewhere',
      ['a/Dockerfile', 'b/Dockerfile.production'],
      ['a', 'b'],
    ],
  ];
  for (const [what, paths, expected] of rows) it(what, () => expect(names(...paths)).to.deep.equal(expected));

  it('are the ones for production where there are both', () => {
    const { images, notes } = find({ 'a/Dockerfile': web, 'a/Dockerfile.release': web });
    expect(images.map(({ dockerfile }) => dockerfile)).to.deep.equal(['a/Dockerfile.release']);
    expect(notes).to.contain('a/Dockerfile: left out, there is one for production');
  });

  for (const variant of [
    'dev',
    'development',
    'local',
    'test',
    'tests',
    'ci',
    'debug',
    'e2e',
    'lint',
    'docs',
    'base',
    'builder',
  ])
    it(`are not those for ${variant}, which is told`, () => {
      const { images, notes } = find({ Dockerfile: web, [`Dockerfile.${variant}`]: web });
      expect(images).to.have.length(1);
      expect(notes).to.contain(`Dockerfile.${variant}: left out, because the name`);
    });

  it('may be called like those for development', () =>
    expect(names('Dockerfile.devices', 'Dockerfile.mytest')).to.deep.equal(['devices', 'mytest']));

  for (const suffix of ['bak', 'orig', 'j2', 'tmpl', 'template', 'erb', 'in', 'dist'])
    it(`are not copies or templates with .${suffix}, which is told`, () => {
      const { images, notes } = find({ [`Dockerfile.${suffix}`]: web, 'Dockerfile.x~': web });
      expect(images).to.deep.equal([]);
      expect(notes).to.contain(`Dockerfile.${suffix} and Dockerfile.x~: not used`);
    });

  it('are not their notes and ignore files, of which nothing is told', () => {
    const { images, notes } = find({
      'Dockerfile.dockerignore': '',
      'Dockerfile.md': '',
      'Dockerfile.txt': '',
    });
    expect(images).to.deep.equal([]);
    expect(notes).to.equal('');
  });

  it('tell nothing where there is nothing to tell', () =>
    expect(find({ Dockerfile: web }).notes).to.equal(''));

  it('are built once, where a compose file builds them', () => {
    const { images } = find({ 'compose.yml': 'services: { api: { build: . } }', Dockerfile: web });
    expect(images.map(({ name }) => name)).to.deep.equal(['api']);
  });
});

describe('the context of a Dockerfile', () => {
  const rows: readonly (readonly [string, string, readonly string[], string])[] = [
    ['is its folder where that has what is copied', 'COPY src /x', ['a/b/src/x'], 'a/b'],
    ['is the folder above that has what is copied', 'COPY src /x', ['a/src/x', 'src/x'], 'a'],
    ['is the whole directory that has what is copied', 'COPY src /x', ['src/x'], '.'],
    ['is where all of it is', 'COPY src lib /x', ['a/src/x', 'src/x', 'lib/x'], '.'],
    ['is where a pattern begins', 'COPY src/*.py /x', ['a/src/x.py'], 'a'],
    ['is where a pattern of another kind begins', 'COPY re[q].txt s?c /x', ['a/req.txt', 'a/src/x'], 'a'],
    ['is where a path from / begins', 'COPY /src/. /x', ['a/src/x'], 'a'],
    ['is its folder where that has sources', 'COPY . /x', ['a/b/main.py', 'main.py'], 'a/b'],
    [
      'is where sources are',
      'COPY ./ /x',
      ['a/b/README.md', 'a/b/start.sh', 'a/b/.dockerignore', 'a/main.py'],
      'a',
    ],
    ['is not where only other Dockerfiles are', 'COPY . /x', ['a/b/Dockerfile.dev', 'main.py'], '.'],
    ['is its folder where nothing is copied', 'RUN x', ['main.py'], 'a/b'],
    ['is its folder where nothing is found', 'COPY lost /x', ['main.py'], 'a/b'],
  ];
  for (const [what, copy, paths, expected] of rows)
    it(what, () => {
      const files = Object.fromEntries(paths.map((path) => [path, '']));
      const { images, notes } = find({ 'a/b/Dockerfile': `FROM x\nEXPOSE 80\n${copy}\n`, ...files });
      const image = images.find((one) => one.context === expected);
      expect(image, JSON.stringify(images)).not.to.equal(undefined);
      expect(image?.dockerfile).to.equal(expected === 'a/b' ? undefined : 'a/b/Dockerfile');
      if (expected === 'a/b') expect(notes).not.to.contain('context is guessed');
      else
        expect(notes).to.contain(
          `its context is guessed to be ${expected === '.' ? 'this directory' : expected}`,
        );
    });

  it('is told to be doubtful where a file is nowhere', () => {
    const { notes } = find({ 'a/Dockerfile': 'FROM x\nEXPOSE 80\nCOPY lost here /x\n', 'a/here': '' });
    expect(notes).to.contain('copies files that do not exist (lost)');
  });

  it('is the directory for a Dockerfile right in it, whatever it copies', () => {
    const { images, notes } = find({ Dockerfile: 'FROM x\nEXPOSE 80\nCOPY lost /x\n' });
    expect(images[0]).to.deep.equal({ name: 'web', context: '.' });
    expect(notes).to.equal('');
  });

  for (const folder of ['docker', 'deploy', 'build'])
    it(`of ${folder}/Dockerfile alone makes the image web`, () => {
      const files = { [`${folder}/Dockerfile`]: 'FROM x\nCOPY src /x\n', 'src/a': '' };
      expect(only(files)?.name).to.equal('web');
      expect(only({ ...files, 'src/a': '', [`${folder}/src/a`]: '' })?.name).to.equal(folder);
    });
});

describe('an image of a project', () => {
  it('has its test, and the stage that it runs in', () => {
    const test = ['pytest', '-q'];
    const files = { 'pytest.ini': '' };
    expect(only({ ...files, Dockerfile: 'FROM x AS unit-test\nFROM y AS run' })).to.deep.equal({
      name: 'web',
      context: '.',
      test,
      testStage: 'unit-test',
    });
    expect(only({ ...files, Dockerfile: 'FROM x AS contest' })).to.deep.equal({
      name: 'web',
      context: '.',
      test,
    });
    expect(only({ Dockerfile: 'FROM x AS test' })).to.deep.equal({ name: 'web', context: '.' });
  });

  it('is one for all services that are built alike', () => {
    const { images, targets } = find({
      'compose.yml':
        'services: { a: { build: ., expose: [1] }, b: { build: ., command: x }, c: { build: { context: ., target: t }, expose: [2] }, d: { build: { context: ., args: { A: b } }, expose: [3] } }',
      Dockerfile: 'FROM x AS t',
    });
    expect(images).to.deep.equal([
      { name: 'a', context: '.' },
      { name: 'c', context: '.', target: 't' },
      { name: 'd', context: '.', args: { A: 'b' } },
    ]);
    expect(targets.map(({ name, image }) => [name, image])).to.deep.equal([
      ['a', 'a'],
      ['b', 'a'],
      ['c', 'c'],
      ['d', 'd'],
    ]);
  });

  it('has no secret of a compose file, which is told once', () => {
    const build = '{ context: ., args: { API_TOKEN: abc } }';
    const { notes, images } = find({
      'compose.yml': `services: { a: { build: ${build} }, b: { build: ${build} } }`,
      Dockerfile: web,
    });
    expect(notes.match(/API_TOKEN of a looks like a secret/g)).to.have.length(1);
    expect(JSON.stringify(images)).not.to.contain('abc');
  });

  it('is told apart where services of two files are called alike', () => {
    const { images, targets } = find({
      'a/compose.yml': 'services: { api: { build: . } }',
      'a/Dockerfile': web,
      'b/compose.yml': 'services: { api: { build: . } }',
      'b/Dockerfile': web,
    });
    expect(images.map(({ name }) => name)).to.deep.equal(['api', 'api-2']);
    expect(targets.map(({ name, image }) => [name, image])).to.deep.equal([
      ['api', 'api'],
      ['api-2', 'api-2'],
    ]);
  });
});

describe('what runs the image of a service', () => {
  const target = (fields: string, dockerfile = web, more: Tree = {}) => {
    const { targets, notes } = find({
      'compose.yml': `services: { api: { build: ., ${fields} } }`,
      Dockerfile: dockerfile,
      ...more,
    });
    return { target: targets[0], notes };
  };

  it('has the port of the service before that of the image', () => {
    expect(target('ports: ["8080:3000"]').target).to.deep.equal({
      name: 'api',
      image: 'api',
      port: 3000,
      published: 8080,
    });
    expect(target('restart: x').target).to.deep.equal({ name: 'api', image: 'api', port: 80 });
  });

  it('is a worker where another command runs and no port is told', () => {
    const { target: found, notes } = target('command: x');
    expect(found).to.deep.equal({ name: 'api', image: 'api', isWorker: true });
    expect(notes).to.contain('compose.yml: api has no port, so it is a worker');
  });

  it('is a worker where neither tells a port', () =>
    expect(target('restart: x', 'FROM x').target?.isWorker).to.equal(true));

  it('answers FastCGI where PHP does, which is told', () => {
    const fpm = 'FROM php:8-fpm\n';
    for (const [fields, dockerfile] of [
      ['restart: x', fpm],
      ['expose: [9000]', fpm],
    ] as const) {
      const { target: found, notes } = target(fields, dockerfile);
      expect(found).to.deep.equal({ name: 'api', image: 'api', isWorker: true });
      expect(notes).to.contain('answers FastCGI');
    }
    expect(target('expose: [8080]', fpm).target).to.deep.include({ port: 8080 });
    expect(target('expose: [9000]').target).to.deep.include({ port: 9000 });
  });

  it('has the health check of the service before that of the sources', () => {
    const sources = { 'a.py': '"/health"' };
    expect(
      target('healthcheck: { test: "curl http://localhost/live" }', web, sources).target?.health,
    ).to.deep.equal({
      path: '/live',
      from: 'the health check in compose.yml',
    });
    expect(target('restart: x', web, sources).target?.health).to.deep.equal({
      path: '/health',
      from: 'a.py',
    });
  });
});

describe('what runs the image of a Dockerfile', () => {
  const target = (files: Tree) => {
    const { targets, notes } = find(files);
    return { target: targets[0], notes };
  };

  it('has the first port of it, and the health check of the sources', () => {
    const { target: found, notes } = target({ Dockerfile: 'FROM x\nEXPOSE 3000 4000\n', 'a.py': '"/up"' });
    expect(found).to.deep.equal({
      name: 'web',
      image: 'web',
      port: 3000,
      health: { path: '/up', from: 'a.py' },
    });
    expect(notes).to.equal('');
  });

  it('answers FastCGI where PHP does, which is told', () => {
    for (const text of ['FROM php:8-fpm\n', 'FROM php:8-fpm\nEXPOSE 9000\n']) {
      const { target: found, notes } = target({ Dockerfile: text });
      expect(found).to.deep.equal({ name: 'web', image: 'web', isWorker: true });
      expect(notes).to.contain('needs a web server before it');
    }
    expect(target({ Dockerfile: 'FROM php:8-fpm\nEXPOSE 80\n' }).target).to.deep.equal({
      name: 'web',
      image: 'web',
      port: 80,
    });
    expect(target({ Dockerfile: 'FROM x\nEXPOSE 9000\n' }).target).to.deep.equal({
      name: 'web',
      image: 'web',
      port: 9000,
    });
  });

  for (const name of [
    'worker',
    'my-queue',
    'cron',
    'scheduler',
    'consumers-consumer',
    'celery-beat',
    'jobs',
    'migrations',
  ])
    it(`is a worker where ${name} has no port, which is told`, () => {
      const { target: found, notes } = target({ [`${name}/Dockerfile`]: 'FROM x\n' });
      expect(found).to.deep.equal({ name, image: name, isWorker: true });
      expect(notes).to.contain(`${name} exposes no port and is named like a worker`);
    });

  it('is no worker where it has a port', () =>
    expect(target({ 'worker/Dockerfile': web }).target).to.deep.equal({
      name: 'worker',
      image: 'worker',
      port: 80,
    }));

  it('is no worker where its name only begins like one', () => {
    const { target: found, notes } = target({ 'networkers/Dockerfile': 'FROM x\n' });
    expect(found).to.deep.equal({ name: 'networkers', image: 'networkers' });
    expect(notes).to.contain('networkers: it has no EXPOSE');
  });

  it('is told where the image cannot be built', () => {
    const { notes } = target({ Dockerfile: 'nothing' });
    expect(notes).to.contain('the Dockerfile of web has no FROM').and.not.to.contain('EXPOSE');
  });

  it('is told apart from a service of the same name', () => {
    const { targets, images } = find({
      'a/compose.yml': 'services: { web: { build: . }, other: { build: . } }',
      'a/Dockerfile': web,
      'other/Dockerfile': web,
    });
    expect(images.map(({ name }) => name)).to.deep.equal(['web', 'other']);
    expect(targets.map(({ name, image }) => [name, image])).to.deep.equal([
      ['web', 'web'],
      ['other', 'web'],
      ['other-2', 'other'],
    ]);
  });
});
