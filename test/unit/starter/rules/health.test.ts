import { expect } from 'chai';
import { readDockerfile } from '../../../../runner/src/starter/rules/dockerfile.js';
import { healthPathOf } from '../../../../runner/src/starter/rules/health.js';
import { projectOf } from '../../../support/starterProject.js';
import type { Tree } from '../../../support/starterCases.js';

const bare = readDockerfile('FROM x');
const pathOf = (files: Tree, context = '.') => healthPathOf(projectOf(files), context, bare);

describe('the path of a health check', () => {
  it('is that of the Dockerfile where it has one', () => {
    const facts = readDockerfile('FROM x\nHEALTHCHECK CMD curl http://localhost/live');
    expect(healthPathOf(projectOf({ 'a.py': '"/healthz"' }), '.', facts)).to.deep.equal({
      path: '/live',
      from: 'the HEALTHCHECK of the Dockerfile',
    });
  });

  for (const quote of ['"', "'", '`'])
    it(`is read from a route in ${quote}`, () =>
      expect(pathOf({ 'a.py': `get(${quote}/health${quote})` })).to.deep.equal({
        path: '/health',
        from: 'a.py',
      }));

  it('may end with a slash in the source', () =>
    expect(pathOf({ 'a.py': '"/health/"' })?.path).to.equal('/health'));

  it('is read from the location of a web server', () => {
    expect(pathOf({ 'nginx.conf': 'location = /up { }' })?.path).to.equal('/up');
    expect(pathOf({ 'nginx.conf': 'location  /up { }' })?.path).to.equal('/up');
    expect(pathOf({ 'nginx.conf': 'location=/up { }' })?.path).to.equal(undefined);
    expect(pathOf({ 'nginx.conf': 'location = /upload { }' })?.path).to.equal(undefined);
  });

  it('is the likeliest of those that there are', () =>
    expect(pathOf({ 'a.py': '"/ping"', 'b.py': '"/healthz"' })).to.deep.equal({
      path: '/healthz',
      from: 'b.py',
    }));

  it('is unknown where no route is called like one', () =>
    expect(pathOf({ 'a.py': '"/healthy" /health' })).to.equal(undefined));

  it('is not read from tests', () => {
    for (const folder of ['test', 'tests', 'spec', '__tests__', 'src/tests'])
      expect(pathOf({ [`${folder}/a.py`]: '"/health"' }), folder).to.equal(undefined);
    expect(pathOf({ 'latest/a.py': '"/health"' })?.from).to.equal('latest/a.py');
  });

  it('is not read from what is no source', () =>
    expect(pathOf({ 'a.py.txt': '"/health"' })).to.equal(undefined));

  it('is not read from outside of the context', () => {
    expect(pathOf({ 'a.py': '"/health"', 'app2/a.py': '"/health"' }, 'app')).to.equal(undefined);
    expect(pathOf({ 'app/a.py': '"/health"' }, 'app')?.from).to.equal('app/a.py');
  });
});
