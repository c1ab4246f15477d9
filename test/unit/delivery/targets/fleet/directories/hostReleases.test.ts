import { expect } from 'chai';
import {
  listLinks,
  parseLinks,
  parseNotes,
  releasesOf,
} from '../../../../../../runner/src/delivery/targets/fleet/directories/hostReleases.js';
import { missingProof } from '../../../../../../runner/src/delivery/targets/fleet/runningDigest.js';

describe('the releases on a host', () => {
  const note = (id: string) =>
    JSON.stringify({ id, version: `1.0.${id}`, commit: 'c', digest: `sha256:${id}` });
  const of = (links: string, ids: readonly string[]) =>
    releasesOf(parseLinks(links), parseNotes(ids.map(note).join('\n')));
  const proof = (id: string) => ({ digests: [`sha256:${id}`], definition: id });

  it('are asked for by the links of the directory', () => {
    expect(listLinks('/srv/shop-web').join(' ')).to.equal(
      'find /srv/shop-web -maxdepth 1 -type l -printf %f|%l|%Y\\n',
    );
  });

  it('are those that the links lead to, relative or not', () => {
    const found = of('current|releases/2|d\nprevious|/srv/shop-web/releases/1|d\n', ['1', '2']);
    expect(found.current).to.deep.equal({
      image: 'releases/2',
      state: 'running',
      definition: '2',
      digest: 'sha256:2',
      version: '1.0.2',
      content: ['sha256:2'],
    });
    expect(found.previous?.version).to.equal('1.0.1');
    expect(missingProof(found, proof('2'))).to.equal(undefined);
  });

  it('prove nothing while the one in use is not known to be healthy', () => {
    const found = of('current|releases/2|d\nnext|releases/2|d\nprevious|releases/1|d\n', ['1', '2']);
    expect(found.current).to.equal(undefined);
    expect(found.candidate?.definition).to.equal('2');
    expect(found.previous?.definition).to.equal('1');
  });

  it('have one in use where a run was cut off before it switched', () => {
    const found = of('current|releases/1|d\nnext|releases/2|d\n', ['1', '2']);
    expect(found.current?.definition).to.equal('1');
    expect(missingProof(found, proof('1'))).to.match(/cut off/);
  });

  it('prove nothing where the directory is gone, or was never complete', () => {
    expect(missingProof(of('current|releases/1|N\n', ['1']), proof('1'))).to.equal('it is gone');
    expect(missingProof(of('current|releases/1|d\n', []), proof('1'))).to.match(/known digest/);
  });

  it('are none without links', () => {
    expect(of('', [])).to.deep.equal({});
  });
});
