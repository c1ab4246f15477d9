import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { readManifestText, registryHost } from '../../../../runner/src/adapters/aws/ecr.js';

describe('the registry of an account', () => {
  it('has its address from account and region', () => {
    const aws = { account: '111111111111', region: 'eu-west-1' };
    expect(registryHost(aws, undefined)).to.equal('111111111111.dkr.ecr.eu-west-1.amazonaws.com');
    for (const [region, domain] of Object.entries({
      'us-gov-west-1': 'amazonaws.com',
      'us-iso-east-1': 'c2s.ic.gov',
      'us-isob-east-1': 'sc2s.sgov.gov',
      'us-isof-south-1': 'csp.hci.ic.gov',
      'eu-isoe-west-1': 'cloud.adc-e.uk',
      'eusc-de-east-1': 'amazonaws.eu',
    }))
      expect(registryHost({ ...aws, region }, undefined)).to.equal(
        `111111111111.dkr.ecr.${region}.${domain}`,
      );
    expect(registryHost({ ...aws, region: 'cn-north-1' }, undefined)).to.equal(
      '111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn',
    );
  });

  it('may be elsewhere, or not be known before AWS is asked', () => {
    expect(registryHost({ account: '111111111111', region: 'eu-west-1' }, '127.0.0.1:4566')).to.equal(
      '127.0.0.1:4566',
    );
    expect(registryHost({ account: undefined, region: 'eu-west-1' }, undefined)).to.equal(undefined);
  });
});

describe('a manifest', () => {
  it('has the digest of its very bytes, and the size of what it lists', () => {
    const text = '{ "config": {"digest": "sha256:c", "size": 5},  "layers": [{"size": 10}, {"size": 20}] }';
    const manifest = readManifestText(text, 'application/vnd.oci.image.manifest.v1+json');
    expect(manifest.digest).to.equal(`sha256:${createHash('sha256').update(text).digest('hex')}`);
    expect(manifest).to.deep.include({ sizeBytes: 35, configDigest: 'sha256:c', text });
  });

  it('of several platforms has no size of its own', () => {
    const manifest = readManifestText(
      '{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
    );
    expect(manifest).to.deep.include({
      sizeBytes: undefined,
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
  });
});
