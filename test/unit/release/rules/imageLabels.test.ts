import { expect } from 'chai';
import { imageLabels, sourceUrl } from '../../../../runner/src/release/rules/imageLabels.js';

const facts = {
  remote: 'git@github.com:example/shop.git',
  commit: 'c0ffee'.repeat(6),
  version: '1.2.0',
  committedAt: '2026-11-29T12:00:00Z',
  dirty: false,
};

describe('labels of an image', () => {
  it('tell where it comes from in the words of OCI', () => {
    expect(imageLabels(facts, { 'com.example.team': 'shop' })).to.deep.equal({
      'org.opencontainers.image.source': 'https://github.com/example/shop',
      'org.opencontainers.image.revision': facts.commit,
      'org.opencontainers.image.version': '1.2.0',
      'org.opencontainers.image.created': '2026-11-29T12:00:00Z',
      'com.example.team': 'shop',
    });
  });

  it('name no commit and no version of a dirty tree', () => {
    expect(Object.keys(imageLabels({ ...facts, dirty: true }, {}))).to.deep.equal([
      'org.opencontainers.image.source',
    ]);
  });

  it('are those of the configuration alone where git says nothing', () => {
    expect(imageLabels(undefined, { a: '1' })).to.deep.equal({ a: '1' });
  });

  it('lack what the configuration leaves empty', () => {
    const labels = imageLabels(facts, { 'org.opencontainers.image.created': '' });
    expect(labels).not.to.have.property('org.opencontainers.image.created');
    expect(labels).to.have.property('org.opencontainers.image.revision');
  });
});

describe('address of the source', () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    ['https://github.com/example/shop.git', 'https://github.com/example/shop'],
    ['https://ci:ghp_secret@git.example.com:8443/team/shop.git/', 'https://git.example.com:8443/team/shop'],
    ['git@git.example.com:team/shop.git', 'https://git.example.com/team/shop'],
    ['git.example.com:/srv/shop', 'https://git.example.com/srv/shop'],
    ['ssh://git@git.example.com:2222/team/shop.git', 'https://git.example.com/team/shop'],
    ['/srv/git/shop.git', undefined],
    ['file:///srv/git/shop.git', undefined],
    ['C:\\git\\shop', undefined],
    [undefined, undefined],
  ];
  for (const [remote, url] of cases)
    it(`of ${remote ?? 'no remote'} is ${url ?? 'not told'}`, () => expect(sourceUrl(remote)).to.equal(url));
});
