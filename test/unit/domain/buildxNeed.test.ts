import { expect } from 'chai';
import { imageSchema } from '../../../runner/src/config/schema.js';
import { attestationsOf, buildxKey, cacheRepository } from '../../../runner/src/domain/buildxNeed.js';

describe('what only buildx can serve', () => {
  it('is named by the first key that asks for it', () => {
    expect(buildxKey({ builder: 'big', sbom: true })).to.equal('sbom');
    expect(buildxKey({ builder: 'big', provenance: 'off' })).to.equal('builder');
    expect(buildxKey({ cache: { to: 'shop/cache:web' } })).to.equal('cache.to');
    expect(buildxKey({ sbom: false, provenance: 'off', cache: { to: 'inline' } })).to.equal(undefined);
  });

  it('tells attestations apart that are made in other ways', () => {
    expect(attestationsOf({ sbom: true, provenance: 'max' })).to.deep.equal(['sbom', 'provenance max']);
    expect(attestationsOf({ sbom: 'mirror/scanner:1' })).to.deep.equal(['sbom by mirror/scanner:1']);
    expect(attestationsOf({ sbom: false, provenance: 'off' })).to.deep.equal([]);
  });

  it('has a repository of the environment for a cache without a host', () => {
    const of = (to: string) => cacheRepository({ cache: { to } });
    expect(of('shop/cache:web')).to.equal('shop/cache');
    expect(of('cache:web')).to.equal('cache');
    for (const other of ['inline', 'localhost/cache:web', 'registry.example.org:5000/shop/cache:web'])
      expect(of(other), other).to.equal(undefined);
  });

  it('is refused in the configuration where it cannot be meant', () => {
    const accepts = (more: object) => imageSchema.safeParse({ repository: 'shop/web', ...more }).success;
    for (const to of ['inline', 'shop/cache:web', 'cache:web', 'registry.example.org:5000/shop/cache:web'])
      expect(accepts({ cache: { to } }), to).to.equal(true);
    for (const to of ['inlined', 'shop/cache', 'shop/cache:web,mode=min', 'registry.example.org:5000/cache'])
      expect(accepts({ cache: { to } }), to).to.equal(false);
    expect(accepts({ sbom: 'mirror/scanner:1,x' })).to.equal(false);
    expect(accepts({ builder: '--privileged' })).to.equal(false);
    expect(accepts({ provenance: true })).to.equal(false);
  });
});
