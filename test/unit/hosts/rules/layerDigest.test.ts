import { expect } from 'chai';
import type { Host } from '../../../../runner/src/domain/host.js';
import { layerDigests, withoutSecrets } from '../../../../runner/src/hosts/rules/layerDigest.js';

const host = (name: string, vars: Record<string, unknown> = {}): Host => ({
  name,
  address: `${name}.example.org`,
  port: 22,
  user: 'admin',
  groups: ['web'],
  vars,
});
const inputs = { files: 'f', tools: ['2.19.0', 'none'], variables: { a: 1 }, looksAtOthers: false };
const of = (more: Partial<typeof inputs>, hosts = [host('a'), host('b')]) =>
  layerDigests({ ...inputs, ...more }, hosts, hosts);

describe('the digest of a layer on a host', () => {
  it('changes with files, tools, variables and what the inventory says of the host', () => {
    const before = of({}).get('a');
    expect(of({}).get('a')).to.equal(before);
    expect(of({ files: 'g' }).get('a')).not.to.equal(before);
    expect(of({ tools: ['2.20.0', 'none'] }).get('a')).not.to.equal(before);
    expect(of({ variables: { a: 2 } }).get('a')).not.to.equal(before);
    expect(of({}, [host('a', { port: 1 })]).get('a')).not.to.equal(before);
    expect(of({}).get('b')).not.to.equal(before);
  });

  it('changes with another host only where the layer looks at others', () => {
    const [now, then] = [
      [host('a'), host('b')],
      [host('a'), host('b', { port: 1 })],
    ];
    expect(of({}, now).get('a')).to.equal(of({}, then).get('a'));
    expect(of({ looksAtOthers: true }, now).get('a')).not.to.equal(
      of({ looksAtOthers: true }, then).get('a'),
    );
  });
});

describe('a value whose secrets are replaced', () => {
  const isSecret = (text: string) => text.includes('sesame');
  it('tells whether a secret has changed, and holds none', async () => {
    const value = { list: ['open sesame', 'plain', 7], nothing: null };
    const [one, again, salted, other] = await Promise.all([
      withoutSecrets(value, isSecret, 's'),
      withoutSecrets(value, isSecret, 's'),
      withoutSecrets(value, isSecret, 't'),
      withoutSecrets({ ...value, list: ['shut sesame', 'plain', 7] }, isSecret, 's'),
    ]);
    expect(JSON.stringify(one)).to.include('plain').and.not.to.include('sesame');
    expect(again).to.deep.equal(one);
    expect(salted).not.to.deep.equal(one);
    expect(other).not.to.deep.equal(one);
  });
});
